import { evaluate } from "../../../core/expr/evaluate.js";
import type { ExprIr } from "../../../core/ir/types.js";

const noNames: ReadonlyMap<string, number> = new Map();

/** `[operator, …]`, or its value when every operand is a number and the value is finite. */
export function fold(operator: string, ...operands: readonly ExprIr[]): ExprIr {
  const expr: ExprIr = [operator, ...operands];
  if (!operands.every((operand) => typeof operand === "number")) return expr;
  const value = evaluate(expr, noNames);
  return value !== undefined && Number.isFinite(value) ? tidy(value) : expr;
}

export function foldUnary(operator: "-" | "not", operand: ExprIr): ExprIr {
  return fold(operator, operand);
}

/** Rounds away what binary fractions add to decimal ones: 0.1 · 3 is 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(15));
}
