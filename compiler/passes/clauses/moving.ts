import type { Curve, Expr, MovingExpr } from "../../../grammar/ast.js";
import type { MovingIr, ValueIr } from "../../../core/ir/types.js";
import { fits } from "../expressions/arguments.js";
import type { Type, Typed } from "../scope.js";
import { reject, type Place } from "../lowering.js";
import { lowerCurve } from "./curve.js";
import { constant, lowerTyped } from "./typed.js";
import { lowerWindow } from "./when.js";

/** A value in one unit, moving or not. */
export interface Moving {
  readonly type: Type;
  readonly ir: ValueIr;
  /** Its constant ends: one number, or both ends of a move; null where not constant. */
  readonly ends: readonly (number | null)[];
}

/** A value that may move (`0.1 -> 0 cosine`); `curve` is that of the statement, for a move that names none. */
export function lowerMoving(
  expr: Expr,
  wanted: readonly Type[],
  what: string,
  place: Place,
  curve?: Curve,
): Moving | null {
  if (expr.kind === "paren" && expr.inner.kind === "moving")
    return lowerMoving(expr.inner, wanted, what, place, curve);
  if (expr.kind !== "moving") {
    const value = lowerTyped(expr, wanted, what, place);
    return value === null ? null : { type: value.type, ir: value.ir, ends: [constant(value)] };
  }
  const from = lowerTyped(expr.from, wanted, what, place);
  const to = lowerTyped(expr.to, from === null ? wanted : [from.type], what, place);
  if (from === null || to === null) return null;
  return moving(from, to, expr, what, place, expr.curve ?? curve);
}

function moving(
  from: Typed,
  to: Typed,
  expr: MovingExpr,
  what: string,
  place: Place,
  curve: Curve | undefined,
): Moving | null {
  if (!fits(from.type, to.type)) return null;
  const lowered = curve === undefined ? "linear" : lowerCurve(curve, place);
  if (lowered === null) return null;
  if (lowered === "exponential" && (from.ir === 0 || to.ir === 0)) {
    return reject(
      place,
      "P3010",
      `an exponential move of ${what} cannot ${from.ir === 0 ? "start" : "end"} at zero`,
      (from.ir === 0 ? expr.from : expr.to).span,
      { help: "give a small value instead, or another curve: `cosine`, `cubic`, `linear`" },
    );
  }
  const over = expr.over === undefined ? undefined : lowerWindow({ during: expr.over }, place);
  if (over === null) return null;
  const ir: MovingIr = { from: from.ir, to: to.ir, curve: lowered, ...(over === undefined ? {} : { over }) };
  return { type: from.type, ir: { moving: ir }, ends: [constant(from), constant(to)] };
}
