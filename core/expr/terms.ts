import type { ExprIr } from "../ir/clauses.js";
import { mentionedIn, isName, nameRow } from "./names.js";
import { isReducer, partsOf, typeOf, type Reducer } from "./operators.js";

/** A part of an expression that runs over activations (`a`, `ga`) or inputs (`x`) and not over weights. */
export interface SampleTerm {
  /** The part it stands for. */
  readonly expr: ExprIr;
  readonly of: "outputs" | "inputs";
  readonly inner: ExprIr;
  readonly reducer: Reducer;
  readonly needsGradient: boolean;
}

/** Parts of expressions are known by what they say. */
export const keyOf = (expr: ExprIr): string => JSON.stringify(expr);

/**
 * The parts of expressions over activations or inputs, each to be reduced over all samples and positions on its own. Without a
 * reducer of their own they are summed. What stands under `batches` is left to it, unless `within` asks for it as well.
 */
export function sampleTerms(exprs: readonly ExprIr[], within = false): readonly SampleTerm[] {
  const terms = exprs.flatMap((expr) => termsIn(expr, within));
  return [...new Map(terms.map((term) => [keyOf(term.expr), term])).values()];
}

function termsIn(expr: ExprIr, within: boolean): readonly SampleTerm[] {
  if (runsOverSamples(expr)) return [term(expr, expr, "sum")];
  if (typeOf(expr) === "averaged" && !within) return [];
  const parts = partsOf(expr);
  const [first] = parts;
  const operator = typeof expr === "object" ? expr[0] : "";
  if (first !== undefined && isReducer(operator, parts.length) && runsOverSamples(first))
    return [term(expr, first, operator)];
  return parts.flatMap((part) => termsIn(part, within));
}

/** Subexpressions `batches(E)`. */
export function batchTerms(
  exprs: readonly ExprIr[],
): readonly { readonly expr: ExprIr; readonly inner: ExprIr }[] {
  return exprs.flatMap((expr) => {
    const parts = partsOf(expr);
    return typeOf(expr) === "averaged" ? parts.map((inner) => ({ expr, inner })) : batchTerms(parts);
  });
}

/** What thresholds and allocations read of the units: E of every `layer.mean(E)`, or the whole where there is none. */
export function bodiesIn(expr: ExprIr): readonly ExprIr[] {
  const bodies = statisticBodies(expr);
  return bodies.length > 0 ? bodies : [expr];
}

const statisticBodies = (expr: ExprIr): readonly ExprIr[] =>
  typeOf(expr) === "statistic" ? partsOf(expr) : partsOf(expr).flatMap(statisticBodies);

function term(expr: ExprIr, inner: ExprIr, reducer: Reducer): SampleTerm {
  const mentioned = mentionedIn(inner);
  const of = mentioned.has("x") ? "inputs" : "outputs";
  return { expr, inner, reducer, of, needsGradient: mentioned.has("ga") };
}

/** Whether every name is of samples, with at least one, and nothing reduces inside. */
function runsOverSamples(expr: ExprIr): boolean {
  const mentioned = [...mentionedIn(expr)];
  return mentioned.length > 0 && mentioned.every(isOfSamples) && !reduces(expr);
}

const isOfSamples = (name: string): boolean => isName(name) && nameRow(name).type === "activation";

/** Whether an operation makes one value of those at many places. */
function closes(expr: ExprIr): boolean {
  const type = typeOf(expr);
  return type === "reduced" || type === "statistic" || type === "averaged";
}

const reduces = (expr: ExprIr): boolean => closes(expr) || partsOf(expr).some(reduces);

/**
 * What stands in the way of taking the activations of an expression batch by batch: a name that is not of samples, another
 * reduction, or `x` beside `a` (which lie at different places, but in `channels`, whose activation is what is read).
 */
export function foreignToSamples(expr: ExprIr, readInputs: boolean): string | undefined {
  if (isOpen(expr)) return foreignWithin(expr, readInputs);
  return partsOf(expr).flatMap((part) => foreignToSamples(part, readInputs) ?? [])[0];
}

/** Whether an expression still varies from place to place of an activation. */
const isOpen = (expr: ExprIr): boolean =>
  typeof expr === "string" ? isOfSamples(expr) : !closes(expr) && partsOf(expr).some(isOpen);

function foreignWithin(expr: ExprIr, readInputs: boolean): string | undefined {
  const mentioned = mentionedIn(expr);
  const other = [...mentioned].find((name) => !isOfSamples(name));
  if (other !== undefined) return other;
  if (!readInputs && mentioned.has("x") && mentioned.size > 1) return "x";
  return reductionIn(expr);
}

/** The first reduction with none inside. */
function reductionIn(expr: ExprIr): string | undefined {
  const [inner] = partsOf(expr).flatMap((part) => reductionIn(part) ?? []);
  return inner ?? (typeof expr === "object" && closes(expr) ? `${expr[0]}(…)` : undefined);
}
