import { argumentsOf } from "./needs.js";
import type { ExprIr } from "../ir/types.js";
import { isReducer } from "./operators.js";
import type { Reducer } from "./operators.js";

/** A part of an expression that runs over activations (`a`, `ga`) or inputs (`x`) and not over weights. */
export interface SampleTerm {
  /** The very expression it stands for: recognised by identity. */
  readonly expr: ExprIr;
  readonly of: "outputs" | "inputs";
  readonly inner: ExprIr;
  readonly reducer: Reducer;
  readonly needsGradient: boolean;
}

const sampleNames: ReadonlySet<string> = new Set(["a", "ga", "x"]);

/**
 * The parts of an expression over activations or inputs, each to be reduced over all samples and positions on its own. Without a
 * reducer of their own they are summed. What stands under `batches` is left to it.
 */
export function sampleTerms(expr: ExprIr): readonly SampleTerm[] {
  if (runsOverSamples(expr)) return [term(expr, expr, "sum")];
  if (typeof expr === "string" || typeof expr === "number" || expr[0] === "batches") return [];
  const args = argumentsOf(expr);
  const [first] = args;
  const operator = expr[0];
  if (first !== undefined && isReducer(operator, args.length) && runsOverSamples(first)) {
    return [term(expr, first, operator)];
  }
  return args.flatMap(sampleTerms);
}

/** Subexpressions `batches(E)`. */
export function batchTerms(expr: ExprIr): readonly { readonly expr: ExprIr; readonly inner: ExprIr }[] {
  if (typeof expr === "string" || typeof expr === "number") return [];
  const args = argumentsOf(expr);
  const [first] = args;
  if (expr[0] === "batches" && first !== undefined) return [{ expr, inner: first }];
  return args.flatMap(batchTerms);
}

function term(expr: ExprIr, inner: ExprIr, reducer: Reducer): SampleTerm {
  const names = namesIn(inner);
  return {
    expr,
    inner,
    reducer,
    of: names.has("x") ? "inputs" : "outputs",
    needsGradient: names.has("ga"),
  };
}

/** Whether every name is of samples, with at least one, and nothing reduces inside. */
function runsOverSamples(expr: ExprIr): boolean {
  const names = namesIn(expr);
  return names.size > 0 && [...names].every((name) => sampleNames.has(name)) && !reduces(expr);
}

function reduces(expr: ExprIr): boolean {
  if (typeof expr === "string" || typeof expr === "number") return false;
  const args = argumentsOf(expr);
  return isReducer(expr[0], args.length) || expr[0].startsWith("layer.") || args.some(reduces);
}

export function namesIn(expr: ExprIr): ReadonlySet<string> {
  if (typeof expr === "number") return new Set();
  if (typeof expr === "string") return new Set([expr]);
  const names = new Set<string>();
  for (const argument of argumentsOf(expr)) for (const name of namesIn(argument)) names.add(name);
  return names;
}
