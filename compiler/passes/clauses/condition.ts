import type { Expr } from "../../../grammar/ast.js";
import type { ExprIr } from "../../ir/types.js";
import { percent } from "../expressions/arguments.js";
import { describe } from "../expressions/describe.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";

/** A condition over measures of the network: `accuracy >= 91%`, `macs <= 50%`. */
export function lowerCondition(expr: Expr, what: string, place: Place): ExprIr | null {
  const slip = shareAsNumber(expr, place);
  if (slip) return null;
  const value = infer(expr, expressions(place, "measure"));
  if (value === null) return null;
  if (value.type === "boolean") return value.ir;
  return reject(place, "P2020", `${what} takes a condition, not ${describe(value.type)}`, expr.span, {
    help: "compare a measure: `accuracy >= 91%`, `loss < 0.1`, `macs <= 50%`",
  });
}

/** `accuracy >= 0.91`: accuracy is a percentage. */
function shareAsNumber(expr: Expr, place: Place): boolean {
  if (expr.kind !== "binary") return false;
  if (expr.op === "and" || expr.op === "or")
    return shareAsNumber(expr.left, place) || shareAsNumber(expr.right, place);
  const named =
    expr.left.kind === "ref" && expr.left.path.length === 1 && expr.left.path[0]?.text === "accuracy";
  if (!named || expr.right.kind !== "number") return false;
  const text = percent(expr.right.value);
  reject(place, "P2021", "accuracy is a percentage, not a plain number", expr.right.span, {
    help: `write \`${text}\``,
    fixes: [{ title: "write a percentage", edits: [{ span: expr.right.span, text }] }],
  });
  return true;
}
