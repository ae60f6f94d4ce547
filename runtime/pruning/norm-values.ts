import { argumentsOf } from "../../compiler/ir/needs.js";
import type { ExprIr } from "../../compiler/ir/types.js";
import { binaryOperators, isReducer, unaryOperators, type Reducer } from "./operators.js";

/** Scales and shifts of the batch norms that the channels of one unit pass, one entry for each. */
export interface NormRows {
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
}

/** An expression over scales and shifts at every row; what reduces them is the same at all. Names without a value are NaN. */
export function normValues(expr: ExprIr, rows: NormRows, numbers: ReadonlyMap<string, number>): Float64Array {
  const count = rows.gamma.length;
  if (typeof expr === "number") return new Float64Array(count).fill(expr);
  if (expr === "gamma" || expr === "beta") return rows[expr].slice();
  if (typeof expr === "string")
    return new Float64Array(count).fill(expr === "size" ? count : (numbers.get(expr) ?? NaN));
  const [operator] = expr;
  const args = argumentsOf(expr).map((argument) => normValues(argument, rows, numbers));
  const [first, second, third] = args;
  if (first === undefined) return new Float64Array(count).fill(NaN);
  if (isReducer(operator, args.length)) return new Float64Array(count).fill(reduced(operator, first));
  if (second === undefined) {
    const apply = unaryOperators.get(operator);
    if (apply) apply(first, count);
    return apply ? first : first.fill(NaN);
  }
  if (operator === "clip" && third !== undefined)
    return first.map((value, i) => Math.min(Math.max(value, second[i] ?? value), third[i] ?? value));
  const apply = binaryOperators.get(operator);
  for (const right of args.slice(1)) if (apply) apply(first, right, count);
  return apply ? first : first.fill(NaN);
}

function reduced(reducer: Reducer, values: Float64Array): number {
  const sum = (of: Float64Array): number => of.reduce((total, value) => total + value, 0);
  const mean = sum(values) / values.length;
  switch (reducer) {
    case "sum":
      return sum(values);
    case "mean":
      return mean;
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
    case "norm":
      return Math.sqrt(sum(values.map((value) => value * value)));
    case "std":
      return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
  }
}
