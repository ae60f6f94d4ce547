import type { JavaScriptKind } from "../../../core/ir/imports.js";
import type { Expr, Name } from "../../../grammar/ast.js";
import { replace } from "../../../core/diagnostics/create.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { unknownName, type ElsewhereKind } from "../../../core/diagnostics/elsewhere.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import type { ExprIr } from "../../../core/ir/types.js";
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
function isFinite({ ir }: Typed, expr: Expr, what: string, place: Place): true | null {
  const value = typeof ir === "number" ? ir : evaluate(ir, new Map());
  if (value === undefined || Number.isFinite(value)) return true;
  return reject(place, "P3027", `${what} is ${Number.isNaN(value) ? "no number" : "infinite"}`, expr.span);
}

function wants(wanted: readonly Type[]): string {
  const times = wanted.every((type) => type === "epochs" || type === "steps");
  return times ? "counted in epochs or steps" : wanted.map(describe).join(" or ");
}

/** The number a value is, when it does not depend on the run. */
export function constant(value: Typed): number | null {
  return typeof value.ir === "number" ? value.ir : null;
}

/** A number in its range. */
export function lowerWithin(expr: Expr, range: NumberRange, what: string, place: Place): ExprIr | null {
  const value = lowerTyped(expr, ["number"], what, place);
  return value && inRange(constant(value), range, what, expr.span, place) && value.ir;
}

/** A number in its range that no run changes. */
export function lowerKnown(
  expr: Expr,
  range: NumberRange,
  what: string,
  place: Place,
  types: readonly Type[] = ["number"],
): number | null {
  const value = lowerTyped(expr, types, what, place);
  if (value === null) return null;
  const number = constant(value);
  if (number === null) return reject(place, "P2020", `${what} is known before the run starts`, expr.span);
  return inRange(number, range, what, expr.span, place) && number;
}

/** Which numbers an argument can mean. Its ends are allowed unless they are named as open. */
export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** The number must be more than `least`, less than `most`. */
  readonly above?: boolean;
  readonly below?: boolean;
  /** Neither end is allowed. */
  readonly open?: boolean;
  readonly whole?: boolean;
  /** Beyond this it means something, but hardly what was meant: a warning. */
  readonly plausible?: number;
  /** This value makes the argument do nothing: a warning. */
  readonly idle?: number;
}

/** Whether a number can stand for an argument; what depends on the run (null) is not known yet. */
export function inRange(
  value: number | null,
  range: NumberRange,
  what: string,
  span: Span,
  place: Place,
): true | null {
  if (value === null) return true;
  const { least = -Infinity, most = Infinity, open = false, above = open, below = open } = range;
  const low = above ? value <= least : value < least;
  const high = below ? value >= most : value > most;
  if (low || high || Number.isNaN(value)) {
    return least === 0 && !above && low
      ? reject(place, "P3011", `${what} is not negative`, span)
      : reject(place, "P3027", `${what} ${bounds(range)}`, span);
  }
  if (range.whole === true && !Number.isInteger(value))
    return reject(place, "P3027", `${what} is a whole number`, span);
  if (value === range.idle)
    reject(place, "P3029", `${what} of ${value} does nothing`, span, { help: "leave it out" });
  if (range.plausible !== undefined && value > range.plausible) {
    reject(place, "P3030", `${what} of ${value} is far beyond what is usual`, span, {
      help: `it hardly ever lies above ${range.plausible}`,
    });
  }
  return true;
}

/** "lies between 0 and 1, 1 itself left out". */
function bounds({ least, most, open = false, above = open, below = open }: NumberRange): string {
  if (most === undefined) return `is ${above ? "more than" : "at least"} ${least ?? 0}`;
  if (least === undefined) return `is ${below ? "less than" : "at most"} ${most}`;
  if (above) return `is more than ${least} and ${below ? "less than" : "at most"} ${most}`;
  return below ? `is at least ${least} and less than ${most}` : `lies between ${least} and ${most}`;
}

/** Warns where a value is 0 all along. */
export function warnIdle(ends: readonly (number | null)[], message: string, span: Span, place: Place): void {
  if (ends.every((end) => end === 0)) reject(place, "P3029", message, span);
}

/** Shares lie between 0% and 100%; what depends on the run is checked there. */
export function shareInRange(share: number | null, span: Span, what: string, place: Place): true | null {
  if (share === null || (share >= 0 && share <= 1)) return true;
  return reject(place, "P3007", `${what} lies between 0% and 100%`, span, {
    help:
      share < 0 ? `what goes is written without a sign: \`${percent(-share)}\`` : "`100%` is all there is",
  });
}

/** One of a few words, or null once the wrong one was reported. `own`: what a program may take from JavaScript in the place of these. */
export function oneOf<const Word extends string>(
  name: Name,
  words: readonly Word[],
  what: string,
  place: Place,
  kind?: ElsewhereKind,
  own?: JavaScriptKind,
): Word | null {
  const found = words.find((word) => word === name.text);
  if (found !== undefined) return found;
  const details = unknownName(kind, name.text, name.span, words);
  // Who slipped in a letter meant one of these.
  const notes = own !== undefined &&
    details.fixes === undefined && [
      `one of your own comes from JavaScript: \`use ${own} ${name.text} from "./own.mjs"\``,
    ];
  return reject(place, "P2002", `there is no ${what} \`${name.text}\``, name.span, {
    ...details,
    ...(notes && { notes }),
  });
}
