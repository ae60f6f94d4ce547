import type { Expr } from "../../../grammar/ast.js";
import { replace } from "../../../core/diagnostics/create.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import { percent, unitHelp } from "../expressions/arguments.js";
import { describe } from "../scope.js";
import { infer } from "../expressions/infer.js";
import type { Type, Typed } from "../scope.js";
import { expressions, reject, type Place } from "../lowering.js";

/** An expression of one of the wanted types; anything else is reported with how to write what was meant. */
export function lowerTyped(expr: Expr, wanted: readonly Type[], what: string, place: Place): Typed | null {
  const value = infer(expr, expressions(place, "plain"));
  return value === null ? null : checkTyped(value, expr, wanted, what, place);
}

/** Reports a value whose type is none of the wanted ones. */
export function checkTyped(
  value: Typed,
  expr: Expr,
  wanted: readonly Type[],
  what: string,
  place: Place,
): Typed | null {
  if (wanted.includes(value.type)) return isFinite(value, expr, what, place) ? value : null;
  const [first = "number"] = wanted;
  if (first === "share" && value.type === "number" && !wanted.includes("number")) {
    const number = typeof value.ir === "number" ? value.ir : null;
    return reject(place, "P2021", `${what} is a percentage, not a plain number`, expr.span, {
      help: number === null ? "write a percentage" : `write \`${percent(number)}\``,
      fixes:
        number !== null && expr.kind === "number"
          ? [replace("write a percentage", expr.span, percent(number))]
          : [],
    });
  }
  return reject(place, "P2020", `${what} is ${wants(wanted)}, not ${describe(value.type)}`, expr.span, {
    help:
      wanted.includes("epochs") && value.type === "number" && typeof value.ir === "number"
        ? `epochs or steps? write \`${value.ir} epochs\` or \`${value.ir} steps\``
        : unitHelp(value, first),
  });
}

/** `1 / 0` is of the right type and no number. */
function isFinite({ ir }: Typed, expr: Expr, what: string, place: Place): boolean {
  const value = typeof ir === "number" ? ir : evaluate(ir, new Map());
  if (value === undefined || Number.isFinite(value)) return true;
  reject(place, "P3027", `${what} is ${Number.isNaN(value) ? "no number" : "infinite"}`, expr.span);
  return false;
}

function wants(wanted: readonly Type[]): string {
  const times = wanted.every((type) => type === "epochs" || type === "steps");
  return times ? "counted in epochs or steps" : wanted.map(describe).join(" or ");
}

/** The number a value is, when it does not depend on the run. */
export function constant(value: Typed): number | null {
  return typeof value.ir === "number" ? value.ir : null;
}
