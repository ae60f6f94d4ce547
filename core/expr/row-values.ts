import { argumentsOf } from "./needs.js";
import type { ExprIr } from "../ir/types.js";
import { binaryOperators, isReducer, unaryOperators, type Reducer } from "./operators.js";

/** What varies within a unit besides its weights: columns of equal length by name. */
export interface Rows {
  readonly count: number;
  readonly columns: Readonly<Partial<Record<"gamma" | "beta" | "a", Float64Array>>>;
}

/**
 * An expression at every row: of the batch norms that the channels of a unit pass, or of the samples of an activation. What reduces
 * rows is the same at all. Names without a value are NaN.
 */
export function rowValues(expr: ExprIr, rows: Rows, numbers: ReadonlyMap<string, number>): Float64Array {
  const { count, columns } = rows;
  if (typeof expr === "number") return new Float64Array(count).fill(expr);
  if (expr === "gamma" || expr === "beta" || expr === "a")
    return columns[expr]?.slice() ?? new Float64Array(count).fill(NaN);
  if (typeof expr === "string")
    return new Float64Array(count).fill(expr === "size" ? count : (numbers.get(expr) ?? NaN));
  const [operator] = expr;
  const args = argumentsOf(expr).map((argument) => rowValues(argument, rows, numbers));
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
      return values.reduce((most, value) => Math.max(most, value), -Infinity);
    case "min":
      return values.reduce((least, value) => Math.min(least, value), Infinity);
    case "norm":
      return Math.sqrt(sum(values.map((value) => value * value)));
    case "std":
      return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
  }
}
