import type { ErrorObject } from "ajv";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { diagnostic } from "../diagnostics/create.js";
import { amountsIn } from "./amounts.js";
import type { AmountIr, StructureIr } from "./clauses.js";
import { withDefaults } from "./defaults.js";
import { irValidator } from "./schemas.js";
import { patternOf } from "./structure.js";
import { irVersion, type Ir } from "./types.js";
import { mapStatements, statements, withPaired, type StatementIr } from "./walk.js";

export type ValidIr = { readonly ir: Ir; readonly diagnostics: readonly [] };
export type InvalidIr = { readonly ir: null; readonly diagnostics: readonly Diagnostic[] };

const deepest = 200;
const mostMistakes = 10;

/** What is wrong with an object of a declared shape that a loop hands over; mistakes name the place as a JSON path. */
export function mistakesIn(shape: string, value: object): readonly string[] {
  if (tooDeep(value)) return [`\`$\` is nested more than ${deepest} deep`];
  const validate = irValidator(`#/$defs/${shape}`);
  if (validate(value)) return wrongAmount(value).map((wrong) => `\`$\` ${wrong}`);
  const all = validate.errors ?? [];
  return mostTelling(all).map((error) => messageOf(error, all));
}

/** Checks an IR from anywhere against the published schema; mistakes name the place as a JSON path (`$.body[0].amount`). */
export function validateIr(value: unknown): ValidIr | InvalidIr {
  if (tooDeep(value))
    return refused(diagnostic("P9003", `the IR is nested more than ${deepest} deep`, undefined));
  if (typeof value === "object" && value !== null && "ir" in value && value.ir !== irVersion) {
    return refused(
      diagnostic(
        "P9002",
        `this IR is of version ${JSON.stringify(value.ir)}, and version ${irVersion} is known`,
        undefined,
        {
          help: "compile the program again",
        },
      ),
    );
  }
  const validate = irValidator<Ir>();
  if (!validate(value)) {
    const all = validate.errors ?? [];
    return refused(...mostTelling(all).map((error) => diagnostic("P9001", messageOf(error, all), undefined)));
  }
  const mistakes = checkTogether(value);
  if (mistakes.length > 0) return refused(...mistakes);
  return { ir: { ...value, body: mapStatements(value.body, withDefaults) }, diagnostics: [] };
}

function refused(...diagnostics: readonly Diagnostic[]): InvalidIr {
  return { ir: null, diagnostics };
}

/** Nesting is measured without recursion: the value may come from anywhere. */
function tooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}

/** Alternatives of a union fail one by one; the deepest failures are the ones a person means. One per place. */
function mostTelling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const own = errors.filter(
    (error) => error.keyword !== "anyOf" && error.keyword !== "if" && error.keyword !== "$ref",
  );
  const deepestFirst = [...(own.length > 0 ? own : errors)].sort(
    (a, b) => b.instancePath.split("/").length - a.instancePath.split("/").length,
  );
  const places = new Set<string>();
  const chosen: ErrorObject[] = [];
  for (const error of deepestFirst) {
    if (
      [...places].some((place) => place === error.instancePath || place.startsWith(`${error.instancePath}/`))
    )
      continue;
    places.add(error.instancePath);
    chosen.push(error);
  }
  return chosen.slice(0, mostMistakes).reverse();
}

function messageOf(error: ErrorObject, all: readonly ErrorObject[]): string {
  const place = jsonPath(error.instancePath);
  const { params } = error;
  switch (error.keyword) {
    case "additionalProperties":
      return `\`${place}\` has no place for \`${String(params["additionalProperty"])}\``;
    case "required":
      return `\`${place}\` lacks \`${String(params["missingProperty"])}\``;
    case "enum":
      return `\`${place}\` must be one of ${JSON.stringify(params["allowedValues"])}`;
    case "const":
      return `\`${place}\` must be ${JSON.stringify(params["allowedValue"])}`;
    case "type": {
      const here = all.filter((one) => one.keyword === "type" && one.instancePath === error.instancePath);
      const types = [...new Set(here.map((one) => String(one.params["type"])))];
      return `\`${place}\` must be ${types.map((type) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)).join(" or ")}`;
    }
    default:
      return `\`${place}\` ${error.message ?? "is wrong"}`;
  }
}

/** `/body/0/amount` as `$.body[0].amount`. */
function jsonPath(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .reduce(
      (path, part) =>
        /^\d+$/.test(part)
          ? `${path}[${part}]`
          : `${path}.${part.replaceAll("~1", "/").replaceAll("~0", "~")}`,
      "$",
    );
}

/** A statement takes one amount, which a prune cannot do without. */
function wrongAmount(statement: object): readonly string[] {
  const { kind, structure, ...clauses }: { kind?: unknown; structure?: StructureIr } & AmountIr = statement;
  if (kind !== "prune" && kind !== "regrow") return [];
  const amounts = amountsIn(clauses);
  if (amounts.length > 1) return [`has more than one amount: ${amounts.join(", ")}`];
  const lacks = kind === "prune" && amounts.length === 0 && structure && patternOf(structure) === null;
  return lacks ? ["lacks an amount"] : [];
}

/** A phase lasts epochs or steps. */
function wrongLength(statement: StatementIr): readonly string[] {
  if (statement.kind !== "train" || (statement.epochs === undefined) !== (statement.steps === undefined))
    return [];
  return [statement.epochs === undefined ? "lacks `epochs` or `steps`" : "has both `epochs` and `steps`"];
}

/** What a schema cannot say: ids are of one statement each, and rewinds lead to a phase that exists. */
function checkTogether(ir: Ir): readonly Diagnostic[] {
  const kinds = new Map<number, string>();
  const mistakes: Diagnostic[] = [];
  const all = statements(ir.body).flatMap(withPaired);
  for (const { id, kind, text } of all) {
    const known = kinds.get(id);
    if (known !== undefined && known !== `${kind} ${text}`) {
      mistakes.push(diagnostic("P9004", `two statements have the id ${id}`, undefined));
    }
    kinds.set(id, `${kind} ${text}`);
  }
  for (const { id, kind, name } of ir.imports ?? []) {
    const text = `${kind} ${name}`;
    if (kinds.has(id) || [...kinds.values()].includes(text))
      mistakes.push(
        diagnostic("P9004", `the id ${id} or the name of the ${text} is another's too`, undefined),
      );
    kinds.set(id, text);
  }
  for (const step of all)
    for (const wrong of [...wrongAmount(step), ...wrongLength(step)])
      mistakes.push(diagnostic("P9004", `statement ${step.id} ${wrong}`, undefined));
  for (const step of all) {
    if (step.kind !== "rewind" || typeof step.to !== "object" || !("phase" in step.to)) continue;
    const { phase } = step.to;
    if (kinds.get(phase)?.startsWith("train ") === true) continue;
    mistakes.push(
      diagnostic("P9004", `rewind ${step.id} leads to statement ${phase}, which is no phase`, undefined),
    );
  }
  return mistakes;
}
