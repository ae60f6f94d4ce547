import type { Expr } from "../../../grammar/ast.js";
import type { ValueIr } from "../../../core/ir/types.js";
import { reject, type Place } from "../lowering.js";
import { lowerMoving } from "./moving.js";
import { inRange, warnIdle } from "./typed.js";

/** How much a term weighs in the loss; `idle` says what 0 all along means. */
export function lowerStrength(written: Expr, idle: string, place: Place): ValueIr | null {
  const strength = lowerMoving(written, ["number"], "a strength", place);
  if (strength === null) return null;
  const { span } = written;
  if (strength.ends.some((end) => end !== null && end < 0)) {
    return reject(place, "P3011", "a strength is not negative", span, {
      help: "a negative strength would reward what it should cost",
    });
  }
  for (const end of strength.ends) inRange(end, { plausible: 1000 }, "a strength", span, place);
  warnIdle(strength.ends, idle, span, place);
  return strength.ir;
}
