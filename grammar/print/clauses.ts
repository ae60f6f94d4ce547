import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import { quote } from "../tokens.js";
import { additive, callLike, curve, expr, moving, point, range, times, window } from "./expressions.js";

/** A part of a statement that is not broken over lines, and where it stood. */
export interface Piece {
  readonly text: string;
  readonly span: Span;
}

/** The text of a clause, which stood where its part of the tree says, or several clauses. */
type Written = string | readonly Piece[];

/** How each field of a part of the tree is written, in the order of the text. */
type Writers<T> = {
  readonly [F in T extends unknown ? keyof T : never]?: (value: Value<T, F>) => Written;
};
type Value<T, F> = T extends unknown ? (F extends keyof T ? NonNullable<T[F]> : never) : never;

/** The clauses that are there. */
function written<T extends object>(held: T, writers: Writers<T>): Piece[] {
  return Object.entries<unknown>(writers).flatMap(([field, write]) => {
    const value = (held as Readonly<Record<string, { readonly span: Span } | undefined>>)[field];
    if (value === undefined) return [];
    const text = (write as (value: unknown) => Written)(value);
    return typeof text === "string" ? [{ text, span: value.span }] : text;
  });
}

export function structure(value: ast.Structure): string {
  switch (value.name) {
    case "blocks":
      return `blocks(${value.height}x${value.width})`;
    case "strided":
      return value.offset === 0
        ? `strided(${value.stride})`
        : `strided(${value.stride}, offset: ${value.offset})`;
    case "n:m":
      return `${value.n}:${value.m} of weights`;
    default:
      return value.name;
  }
}

function pattern(value: ast.Pattern): string {
  if (value.kind === "layer-range") return `layers ${range(value.range)}`;
  return value.quoted ? quote(value.text) : value.text;
}

function patterns(word: string, values: readonly ast.Pattern[]): Piece[] {
  const [first] = values;
  const last = values.at(-1);
  if (first === undefined || last === undefined) return [];
  const text = `${word} ${values.map(pattern).join(", ")}`;
  return [{ text, span: { start: first.span.start, end: last.span.end } }];
}

const selection: Writers<ast.Selection> = {
  include: (values) => patterns("in", values),
  exclude: (values) => patterns("except", values),
  where: (value) => `where ${expr(value)}`,
};

function criterion({ expr: score, under, over, statistics }: ast.Criterion): string {
  const parts = [`by ${expr(score)}`];
  if (under) parts.push(`under ${callLike(under)}`);
  if (over) parts.push(`over ${takenOver(over)}`);
  if (statistics) parts.push(`with ${statistics.of} statistics`);
  return parts.join(" ");
}

function takenOver({ batches, probes }: ast.Over): string {
  if (batches === "training") return batches;
  const parts = [batches && `${expr(batches)} batches`, probes && `${expr(probes)} probes`];
  return parts.filter((part) => part !== undefined).join(" and ");
}

const scope = ({ name, group }: ast.Scope): string => (group ? `per ${group.text}` : name);

function amount(value: ast.Amount): string {
  switch (value.kind) {
    case "drop":
      return value.keyword ? `amount ${drop(value.value)}` : drop(value.value);
    case "target":
      return `to ${expr(value.value)}`;
    case "moving-target":
      return `from ${expr(value.from)} to ${additive(value.to)}`;
    case "moving-budget":
      return `from ${expr(value.from)} to ${expr(value.condition)}`;
    case "budget":
      return `to ${expr(value.condition)}`;
    case "keep":
      return `keep ${additive(value.value)}${value.each ? " each" : ""}`;
    case "threshold":
      return `${value.side} ${additive(value.value)}`;
  }
}

const drop = (value: ast.Expr): string => (value.kind === "moving" ? moving(value) : additive(value));

const when: Writers<ast.When> = {
  every: ({ count }) => `every ${expr(count)}`,
  at: ({ unit, values }) => `at ${times(unit, values)}`,
  during: (value) => `during ${window(value)}`,
  from: (value) => `from ${point(value)}`,
  until: (value) => `until ${point(value)}`,
};

const options: Writers<ast.PruneOptions> = {
  manner: ({ name, at = "start" }) => (name === "frozen" ? `frozen at ${at}` : name),
  joins: ({ name }) => `joins ${name}`,
  keeping: ({ value }) => `keeping at least ${additive(value)} per layer`,
  allowingCollapse: () => "allowing collapse",
  aligned: ({ value }) => `aligned to ${value}`,
  compensating: ({ by, batches }) =>
    `compensating by ${callLike(by)}${batches ? ` over ${expr(batches)} batches` : ""}`,
};

export const among = ({ end, share, by, scope: ranked }: ast.Among): string =>
  [`${end} ${additive(share)}`, criterion(by), ...(ranked ? [scope(ranked)] : [])].join(" ");

const gate = (value: ast.CallLike): string => `by ${callLike(value)}`;

/** The clauses of all statements, in the order of sections 3 and 4 of the language reference. */
const clauseWriters = {
  as: ({ text }) => `as ${text}`,
  per: ({ text }) => `per ${text}`,
  selection: (value) => written(value, selection),
  bits: (value) => `to ${expr(value)} bits`,
  criterion,
  penalty: criterion,
  gate,
  by: gate,
  agent: gate,
  normalized: ({ by, perLayer }) => `normalized by ${by.text}${perLayer ? " per layer" : ""}`,
  members: ({ by }) => `members ${by.text}`,
  scope,
  amount,
  above: (value) => `above ${additive(value)}`,
  among: (value) => `among ${among(value)}`,
  trained: ({ numbers }) =>
    `with trained ${numbers.map(({ name, value }) => `${name.text} = ${additive(value)}`).join(", ")}`,
  multipliers: () => "with multipliers",
  strength: (value) => `strength ${moving(value)}`,
  when: (value) => written(value, when),
  curve,
  options: (value) => written(value, options),
  allocated: ({ by }) => (by === "evenly" ? "allocated evenly" : `allocated by ${expr(by)}`),
  values: ({ name }) => `with ${name} values`,
  includingDropped: () => "including dropped",
  batch: (value) => `batch ${additive(value)}`,
  optimizer: (value) => `with ${callLike(value)}`,
  loss: (value) => `minimizing ${expr(value)}`,
  augment: ({ ways }) =>
    `augment ${ways.map(({ name, amount: by }) => (by ? `${name.text} ${additive(by)}` : name.text)).join(", ")}`,
  keeping: ({ by, patience }) =>
    `keeping best by ${by.text}${patience ? ` patience ${additive(patience)}` : ""}`,
  validation: ({ raw }) => `validation ${raw}`,
  while: (value) => `while ${expr(value)}`,
  until: (value) => `until ${expr(value)}`,
  objective: ({ direction, expr: value }) => [{ text: `${direction} ${expr(value)}`, span: value.span }],
  subjectTo: (value) => `subject to ${expr(value)}`,
} as const satisfies Writers<ast.Statement>;

type Clauses = { readonly [F in keyof typeof clauseWriters]?: Value<ast.Statement, F> };

/** The clauses of a statement. */
export const clauses = (held: Clauses): Piece[] => written(held, clauseWriters);
