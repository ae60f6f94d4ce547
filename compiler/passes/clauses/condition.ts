import type { Expr, NumberLiteral } from "../../../grammar/ast.js";
import type { ExprIr } from "../../../core/ir/types.js";
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

/** The number of `accuracy >= 0.91`, or null: accuracy is a percentage. */
function accuracyAsNumber(expr: Expr, depth: number): NumberLiteral | null {
  if (expr.kind !== "binary" || depth > 100) return null;
  if (expr.op === "and" || expr.op === "or") {
    return accuracyAsNumber(expr.left, depth + 1) ?? accuracyAsNumber(expr.right, depth + 1);
  }
  const named =
    expr.left.kind === "ref" && expr.left.path.length === 1 && expr.left.path[0]?.text === "accuracy";
  return named && expr.right.kind === "number" ? expr.right : null;
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
    if (side.kind !== "ref" || side.path.length !== 1 || side.path[0]?.text !== "accuracy") continue;
    const value = infer(other, expressions(place, "measure"));
    if (value?.type === "share" && !shareInRange(constant(value), other.span, "accuracy", place))
      return false;
  }
  return true;
}
