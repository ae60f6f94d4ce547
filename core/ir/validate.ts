import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { diagnostic } from "../diagnostics/create.js";
import { amountsIn } from "./amounts.js";
import type { AmountIr, StructureIr } from "./clauses.js";
import { withDefaults } from "./defaults.js";
import { asJson, irShapes, unfit, type Mismatch } from "./schemas.js";
import { patternOf } from "./structure.js";
import { irVersion, type Ir } from "./types.js";
import { mapStatements, statements, withPaired, type StatementIr } from "./walk.js";

export type ValidIr = { readonly ir: Ir; readonly diagnostics: readonly [] };
export type InvalidIr = { readonly ir: null; readonly diagnostics: readonly Diagnostic[] };

const mostMistakes = 10;

/** What is wrong with an object of a declared shape that a loop hands over; mistakes name the place as a JSON path. */
export function mistakesIn(shape: string, value: object): readonly string[] {
  const given = asJson(value);
  const fault = unfit(given);
  if (fault !== null) return [`\`$\` ${fault}`];
  const all = irShapes.mismatches(given, shape);
  if (all.length === 0) return wrongAmount(value).map((wrong) => `\`$\` ${wrong}`);
  return mostTelling(all).map((one) => messageOf(one, all));
}

/** Checks an IR from anywhere against the published schema; mistakes name the place as a JSON path (`$.body[0].amount`). */
export function validateIr(value: unknown): ValidIr | InvalidIr {
  const given = asJson(value);
  const fault = unfit(given);
  if (fault !== null) return refused(diagnostic("P9003", `the IR ${fault}`, undefined));
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
  const all = irShapes.mismatches(given);
  if (!isIr(value, all))
    return refused(...mostTelling(all).map((one) => diagnostic("P9001", messageOf(one, all), undefined)));
  const mistakes = checkTogether(value);
  if (mistakes.length > 0) return refused(...mistakes);
  return { ir: { ...value, body: mapStatements(value.body, withDefaults) }, diagnostics: [] };
}

const isIr = (_: unknown, mismatches: readonly Mismatch[]): _ is Ir => mismatches.length === 0;

function refused(...diagnostics: readonly Diagnostic[]): InvalidIr {
  return { ir: null, diagnostics };
}

/** Alternatives of a union fail one by one; the deepest failures are the ones a person means. One per place. */
function mostTelling(all: readonly Mismatch[]): readonly Mismatch[] {
  const deepestFirst = [...all].sort((a, b) => b.at.split("/").length - a.at.split("/").length);
  const places = new Set<string>();
  const chosen: Mismatch[] = [];
  for (const one of deepestFirst) {
    if ([...places].some((place) => place === one.at || place.startsWith(`${one.at}/`))) continue;
    places.add(one.at);
    chosen.push(one);
    if (chosen.length === mostMistakes) break;
  }
  return chosen.reverse();
}

function messageOf({ at, keyword, asked, field }: Mismatch, all: readonly Mismatch[]): string {
  const place = jsonPath(at);
  switch (keyword) {
    case "additionalProperties":
      return `\`${place}\` has no place for \`${field}\``;
    case "required":
      return `\`${place}\` lacks \`${field}\``;
    case "type": {
      const here = all.filter((one) => one.keyword === "type" && one.at === at);
      const types = [...new Set(here.map((one) => String(one.asked)))];
      return `\`${place}\` must be ${types.map((type) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)).join(" or ")}`;
    }
    default:
      return `\`${place}\` ${demands[keyword]?.(JSON.stringify(asked)) ?? "is wrong"}`;
  }
}

/** What the other words of a schema ask for. */
const demands: Readonly<Record<string, (asked: string) => string>> = {
  enum: (values) => `must be one of ${values}`,
  const: (value) => `must be ${value}`,
  minimum: (least) => `must be ${least} or more`,
  maximum: (most) => `must be ${most} or less`,
  exclusiveMinimum: (bound) => `must be more than ${bound}`,
  exclusiveMaximum: (bound) => `must be less than ${bound}`,
  minItems: (count) => `must have ${count} items at least`,
  maxItems: (count) => `must have ${count} items at most`,
  minLength: (count) => `must have ${count} characters at least`,
  uniqueItems: () => "must not hold the same twice",
  pattern: (pattern) => `must be spelled as ${pattern}`,
};

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
