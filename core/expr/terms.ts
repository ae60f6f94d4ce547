import type { ExprIr } from "../ir/clauses.js";
import { mentionedIn, isName, nameRow } from "./names.js";
import { argumentsOf, isReducer, operatorOf, type Reducer } from "./operators.js";

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
  if (typeof expr === "string" || typeof expr === "number") return [];
  const [operator] = expr;
  if (operator === "batches" && !within) return [];
  const args = argumentsOf(expr);
  const [first] = args;
  if (first !== undefined && isReducer(operator, args.length) && runsOverSamples(first)) {
    return [term(expr, first, operator)];
  }
  return args.flatMap((argument) => termsIn(argument, within));
}

/** Subexpressions `batches(E)`. */
export function batchTerms(
  exprs: readonly ExprIr[],
): readonly { readonly expr: ExprIr; readonly inner: ExprIr }[] {
  return exprs.flatMap((expr) => {
    if (typeof expr === "string" || typeof expr === "number") return [];
    const args = argumentsOf(expr);
    const [inner] = args;
    return expr[0] === "batches" && inner !== undefined ? [{ expr, inner }] : batchTerms(args);
  });
}

/** What thresholds and allocations read of the units: E of every `layer.mean(E)`, or the whole where there is none. */
export function bodiesIn(expr: ExprIr): readonly ExprIr[] {
  const bodies = statisticBodies(expr);
  return bodies.length > 0 ? bodies : [expr];
}

function statisticBodies(expr: ExprIr): readonly ExprIr[] {
  if (typeof expr === "string" || typeof expr === "number") return [];
  const args = argumentsOf(expr);
  return operatorOf(expr[0])?.type === "statistic" ? args : args.flatMap(statisticBodies);
}

function term(expr: ExprIr, inner: ExprIr, reducer: Reducer): SampleTerm {
  const mentioned = mentionedIn(inner);
  const of = mentioned.has("x") ? "inputs" : "outputs";
  return { expr, inner, reducer, of, needsGradient: mentioned.has("ga") };
}

/** Whether every name is of samples, with at least one, and nothing reduces inside. */
export function runsOverSamples(expr: ExprIr): boolean {
  const mentioned = [...mentionedIn(expr)];
  return mentioned.length > 0 && mentioned.every(isOfSamples) && !reduces(expr);
}

const isOfSamples = (name: string): boolean => isName(name) && nameRow(name).type === "activation";

function reduces(expr: ExprIr): boolean {
  if (typeof expr === "string" || typeof expr === "number") return false;
  const args = argumentsOf(expr);
  const type = operatorOf(expr[0])?.type;
  return isReducer(expr[0], args.length) || type === "statistic" || type === "averaged" || args.some(reduces);
}

/**
 * What stands in the way of taking the activations of an expression batch by batch: a name that is not of samples, another
 * reduction, or `x` beside `a` (which lie at different places, but in `channels`, whose activation is what is read).
 */
export function foreignToSamples(expr: ExprIr, readInputs: boolean): string | undefined {
  if (typeof expr === "number") return undefined;
  if (isOpen(expr)) return foreignWithin(expr, readInputs);
  if (typeof expr === "string") return undefined;
  for (const argument of argumentsOf(expr)) {
    const foreign = foreignToSamples(argument, readInputs);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

/** Whether an expression still varies from place to place of an activation. */
function isOpen(expr: ExprIr): boolean {
  if (typeof expr === "string") return isOfSamples(expr);
  if (typeof expr === "number") return false;
  const type = operatorOf(expr[0])?.type;
  const closes = isReducer(expr[0], expr.length - 1) || type === "statistic" || type === "averaged";
  return !closes && argumentsOf(expr).some(isOpen);
}

function foreignWithin(expr: ExprIr, readInputs: boolean): string | undefined {
  const mentioned = mentionedIn(expr);
  const other = [...mentioned].find((name) => !isOfSamples(name));
  if (other !== undefined) return other;
  if (!readInputs && mentioned.has("x") && mentioned.size > 1) return "x";
  return reductionIn(expr);
}

function reductionIn(expr: ExprIr): string | undefined {
  if (typeof expr === "string" || typeof expr === "number") return undefined;
  const args = argumentsOf(expr);
  if (reduces(expr) && !args.some(reduces)) return `${expr[0]}(…)`;
  return args.flatMap((argument) => reductionIn(argument) ?? [])[0];
}
