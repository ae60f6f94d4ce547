import type { ExprIr } from "../ir/clauses.js";
import { applyTo } from "./operators.js";

/**
 * The value of an expression over plain numbers: counters of `repeat`, `t` of a curve, measures in `until` and `require`,
 * facts of a layer in `where`. Comparisons give 1 or 0; both sides of `=` and `!=` may be strings (`["string", "conv2d"]`).
 * Returns `undefined` when a name has no value here or an operator needs tensors.
 */
export function evaluate(expr: ExprIr, names: ReadonlyMap<string, number | string>): number | undefined {
  const value = valueOf(expr, names);
  return typeof value === "number" ? value : undefined;
}

function valueOf(expr: ExprIr, names: ReadonlyMap<string, number | string>): number | string | undefined {
  if (typeof expr === "number") return expr;
  if (typeof expr === "string") return names.get(expr);
  const [operator, ...operands] = expr;
  if (operator === "string") return typeof operands[0] === "string" ? operands[0] : undefined;
  const values = operands.map((operand) => valueOf(operand, names));
  const [first, second] = values;
  if (operator === "=" || operator === "!=") {
    if (first === undefined || second === undefined) return undefined;
    return (first === second) === (operator === "=") ? 1 : 0;
  }
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length === values.length ? applyTo(operator, numbers) : undefined;
}

const noNames: ReadonlyMap<string, number> = new Map();

/** `[operator, …]`, or its value, tidied, when every operand is a number and the value is finite. */
export function fold(operator: string, ...operands: readonly ExprIr[]): ExprIr {
  const expr: ExprIr = [operator, ...operands];
  if (!operands.every((operand) => typeof operand === "number")) return expr;
  const value = evaluate(expr, noNames);
  // Rounds away what binary fractions add to decimal ones: 0.1 · 3 is 0.3.
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(15)) : expr;
}
