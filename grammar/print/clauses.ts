import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import { quote } from "../tokens.js";
import { additive, callLike, curve, expr, moving, point, range, times, window } from "./expressions.js";

/** A part of a statement that is not broken over lines, and where it stood. */
export interface Piece {
  readonly text: string;
  readonly span: Span;
}

export const piece = (text: string, span: Span): Piece => ({ text, span });

export type Part = Piece | readonly Piece[] | undefined;

/** The pieces that are there. */
export const pieces = (...parts: readonly Part[]): Piece[] =>
  parts.flatMap((part) => (part === undefined ? [] : part));

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

function listed(word: string, values: readonly ast.Pattern[]): Piece | undefined {
  const [first] = values;
  const last = values.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return piece(`${word} ${values.map(pattern).join(", ")}`, { start: first.span.start, end: last.span.end });
}

export function selection(value: ast.Selection | undefined): Piece[] {
  if (value === undefined) return [];
  const { where } = value;
  return pieces(
    listed("in", value.include),
    listed("except", value.exclude),
    where && piece(`where ${expr(where)}`, where.span),
  );
}

export function criterion(value: ast.Criterion | undefined): Piece | undefined {
  if (value === undefined) return undefined;
  const parts = [`by ${expr(value.expr)}`];
  if (value.under) parts.push(`under ${callLike(value.under)}`);
  if (value.over) {
    const { batches } = value.over;
    parts.push(batches === "training" ? "over training" : `over ${expr(batches)} batches`);
  }
  if (value.statistics) parts.push(`with ${value.statistics.of} statistics`);
  return piece(parts.join(" "), value.span);
}

export const normalized = (value: ast.Normalized | undefined): Piece | undefined =>
  value && piece(`normalized by ${value.by.text}${value.perLayer ? " per layer" : ""}`, value.span);

export const members = (value: ast.PruneClauses["members"]): Piece | undefined =>
  value && piece(`members ${value.by.text}`, value.span);

export const scope = (value: ast.Scope | undefined): Piece | undefined =>
  value && piece(value.group ? `per ${value.group.text}` : value.name, value.span);

export const amount = (value: ast.Amount | undefined): Piece | undefined =>
  value && piece(amountText(value), value.span);

function amountText(value: ast.Amount): string {
  switch (value.kind) {
    case "drop":
      return value.keyword ? `amount ${drop(value.value)}` : drop(value.value);
    case "target":
      return `to ${expr(value.value)}`;
    case "moving-target":
      return `from ${expr(value.from)} to ${additive(value.to)}`;
    case "budget":
      return `to ${expr(value.condition)}`;
    case "keep":
      return `keep ${additive(value.value)}${value.each ? " each" : ""}`;
    case "threshold":
      return `${value.side} ${additive(value.value)}`;
  }
}

const drop = (value: ast.Expr): string => (value.kind === "moving" ? moving(value) : additive(value));

export function when(value: ast.When | undefined): Piece[] {
  if (value === undefined) return [];
  const { every, at, during, from, until } = value;
  return pieces(
    every && piece(`every ${expr(every.count)}`, every.span),
    at && piece(`at ${times(at.unit, at.values)}`, at.span),
    during && piece(`during ${window(during)}`, during.span),
    from && piece(`from ${point(from)}`, from.span),
    until && piece(`until ${point(until)}`, until.span),
  );
}

function options({
  manner,
  joins,
  keeping,
  allowingCollapse,
  aligned,
  compensating,
}: ast.PruneOptions): Piece[] {
  return pieces(
    manner &&
      piece(manner.name === "frozen" ? `frozen at ${manner.at ?? "start"}` : manner.name, manner.span),
    joins && piece(`joins ${joins.name}`, joins.span),
    keeping && piece(`keeping at least ${additive(keeping.value)} per layer`, keeping.span),
    allowingCollapse && piece("allowing collapse", allowingCollapse.span),
    aligned && piece(`aligned to ${aligned.value}`, aligned.span),
    compensating && piece(`compensating by ${callLike(compensating.by)}`, compensating.span),
  );
}

/** In the order of section 4 of the language reference. */
export const pruneClauses = (value: ast.PruneClauses): Piece[] =>
  pieces(
    selection(value.selection),
    criterion(value.criterion),
    normalized(value.normalized),
    members(value.members),
    scope(value.scope),
    amount(value.amount),
    when(value.when),
    value.curve && piece(curve(value.curve), value.curve.span),
    options(value.options),
  );

export function among(value: ast.Among): string {
  const ranked = [
    `${value.end} ${additive(value.share)}`,
    criterion(value.by)?.text,
    scope(value.scope)?.text,
  ];
  return ranked.filter((part) => part !== undefined).join(" ");
}
