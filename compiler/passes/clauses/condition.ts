import type { Expr, NumberLiteral } from "../../../grammar/ast.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { isAccuracy } from "../../../core/ir/qualities.js";
import { replace } from "../../../core/diagnostics/create.js";
import { percent } from "../expressions/arguments.js";
import { describe } from "../scope.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";
import { constant, shareInRange } from "./typed.js";

/** A condition over measures of the network: `accuracy >= 91%`, `macs <= 50%`. */
export function lowerCondition(expr: Expr, what: string, place: Place): ExprIr | null {
  const slip = accuracyAsNumber(expr, 0);
  if (slip !== null) {
    const text = percent(slip.value);
    return reject(place, "P2021", "accuracy is a percentage, not a plain number", slip.span, {
      help: `write \`${text}\``,
      fixes: [replace("write a percentage", slip.span, text)],
    });
  }
  const value = infer(expr, expressions(place, "measure"));
  if (value === null) return null;
  if (value.type === "boolean") return accuraciesInRange(expr, place, 0) ? value.ir : null;
  return reject(place, "P2020", `${what} takes a condition, not ${describe(value.type)}`, expr.span, {
    help: "compare a measure: `accuracy >= 91%`, `loss < 0.1`, `macs <= 50%`",
  });
}

const readsAccuracy = (expr: Expr): boolean =>
  expr.kind === "ref" && isAccuracy(expr.path.at(-1)?.text ?? "");

/** The number of `accuracy >= 0.91` or `dense.accuracy - 0.01`, or null: accuracy is a percentage. */
function accuracyAsNumber(expr: Expr, depth: number): NumberLiteral | null {
  if (expr.kind === "paren") return accuracyAsNumber(expr.inner, depth + 1);
  if (expr.kind !== "binary" || depth > 100) return null;
  const { op, left, right } = expr;
  const scales = op === "*" || op === "/" || op === "^";
  if (!scales && readsAccuracy(left) && right.kind === "number") return right;
  if (!scales && readsAccuracy(right) && left.kind === "number") return left;
  return accuracyAsNumber(left, depth + 1) ?? accuracyAsNumber(right, depth + 1);
}

/** Accuracy lies between 0% and 100%: `accuracy >= 150%` can never hold. */
function accuraciesInRange(expr: Expr, place: Place, depth: number): boolean {
  if (expr.kind === "paren") return accuraciesInRange(expr.inner, place, depth + 1);
  if (expr.kind !== "binary" || depth > 100) return true;
  if (expr.op === "and" || expr.op === "or") {
    const left = accuraciesInRange(expr.left, place, depth + 1);
    return accuraciesInRange(expr.right, place, depth + 1) && left;
  }
  for (const [side, other] of [
    [expr.left, expr.right],
    [expr.right, expr.left],
  ] as const) {
    if (side.kind !== "ref" || side.path.length !== 1 || !readsAccuracy(side)) continue;
    const value = infer(other, expressions(place, "measure"));
    if (value?.type === "share" && !shareInRange(constant(value), other.span, "accuracy", place))
      return false;
  }
  return true;
}
