import { dereference, validate, type OutputUnit, type Schema } from "@cfworker/json-schema";
import { irSchema } from "./types.js";

/** Where a value is not as its schema says. */
export interface Mismatch {
  /** JSON pointer: `/body/0/amount`. */
  readonly at: string;
  /** What the schema asks for there by a word of its own, and what follows that: `"type"` and `"number"`. */
  readonly keyword: string;
  readonly asked: unknown;
  /** The field that is missing (`required`), or one too many (`additionalProperties`). */
  readonly field?: string;
}

const deepest = 200;
const endless = `is nested more than ${deepest} deep`;

/**
 * What looks at values by a JSON Schema of ours, read when it is first asked for. It is interpreted: pages forbid code made of texts
 * (`unsafe-eval`), and to make it takes longer than all that a small run does.
 */
export class Shapes {
  readonly #declared: () => object;
  #read: { readonly root: Schema; readonly lookup: Lookup } | undefined;

  constructor(declared: () => object) {
    this.#declared = declared;
  }

  /** Whether a value from anywhere is of the schema. */
  fits(value: unknown): boolean {
    return unfit(value) === null && this.#errors(value, undefined, true).length === 0;
  }

  /** What keeps a value that is not `unfit` from it, or from what it declares under a name. */
  mismatches(value: unknown, name?: string): readonly Mismatch[] {
    const errors = this.#errors(value, name, false);
    const inner = errors.filter(({ keyword }) => !outer.has(keyword));
    return (inner.length > 0 ? inner : errors).map((error) => this.#mismatch(error, name));
  }

  #schema(name: string | undefined) {
    // A copy, for what reads it writes into it.
    this.#read ??= read(JSON.parse(JSON.stringify(this.#declared())));
    const { root, lookup } = this.#read;
    return { root, lookup, schema: name === undefined ? root : declaredAs(root, name) };
  }

  #errors(value: unknown, name: string | undefined, first: boolean): readonly OutputUnit[] {
    const { schema, lookup } = this.#schema(name);
    try {
      return validate(value, schema, "2020-12", lookup, first).errors;
    } catch (cause) {
      // So many mistakes that they do not fit on the stack.
      if (!(cause instanceof RangeError)) throw cause;
      return first ? [tooMany] : this.#errors(value, name, true);
    }
  }

  #mismatch(
    { keyword, keywordLocation, instanceLocation, error }: OutputUnit,
    name: string | undefined,
  ): Mismatch {
    const at = decodeURI(instanceLocation.slice(1)).replaceAll("%23", "#");
    if (keyword === "false") {
      const cut = at.lastIndexOf("/");
      const field = at
        .slice(cut + 1)
        .replaceAll("~1", "/")
        .replaceAll("~0", "~");
      return { at: at.slice(0, cut), keyword: "additionalProperties", asked: false, field };
    }
    const { root, schema } = this.#schema(name);
    const asked = askedAt(root, schema, keywordLocation);
    const [, field] = keyword === "required" ? (/"(.*)"\.$/s.exec(error) ?? []) : [];
    return { at, keyword, asked, ...(field !== undefined && { field }) };
  }
}

type Lookup = Record<string, Schema | boolean>;

/** Those that say no more than that something within is wrong. */
const outer: ReadonlySet<string> = new Set([
  "$ref",
  "allOf",
  "anyOf",
  "if",
  "items",
  "prefixItems",
  "properties",
  "propertyNames",
  "additionalProperties",
]);

const tooMany: OutputUnit = { keyword: "", keywordLocation: "#", instanceLocation: "#", error: "" };

const read = (root: Schema) => ({ root, lookup: dereference(root) });

function declaredAs(root: Schema, name: string): Schema {
  const schema: unknown = root.$defs?.[name];
  if (!isOpen(schema)) throw new Error(`nothing is declared as ${name}`);
  return schema;
}

/** What a schema says at a place, through its references. */
function askedAt(root: Schema, schema: Schema, location: string): unknown {
  let here: unknown = schema;
  for (const part of location.split("/").slice(1)) {
    here = isOpen(here) ? here[decodeURI(part)] : undefined;
    if (part === "$ref") here = declaredAs(root, String(here).replace("#/$defs/", ""));
  }
  return here;
}

/** Why a value from anywhere cannot be looked at: words that follow its name; null where it can. Goes without recursion. */
export function unfit(value: unknown): string | null {
  if (value === undefined) return endless;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return endless;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === "number" && !Number.isFinite(item)) return "holds a number that is not finite";
      if (notJson.has(typeof item)) return `holds a value that is ${typeof item}`;
      if (!isOpen(item)) continue;
      for (const key of Object.keys(item)) {
        if (/\p{Surrogate}/u.test(key)) return "has a field whose name is no text";
        next.push(item[key]);
      }
    }
    level = next;
  }
  return null;
}
const notJson: ReadonlySet<string> = new Set(["undefined", "function", "symbol", "bigint"]);
const isOpen = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/**
 * A value as a file would hold it: without fields that are undefined, and null for what no file can hold. What JSON cannot take at all,
 * for it holds itself or is too deep, is undefined.
 */
export function asJson(value: unknown): unknown {
  try {
    return JSON.parse(
      JSON.stringify(value ?? null, (_, one: unknown) =>
        one !== undefined && notJson.has(typeof one) ? null : one,
      ),
    );
  } catch {
    return undefined;
  }
}

/** The published schema of the IR. */
export const irShapes = new Shapes(irSchema);
