import type { ExprIr, PointIr, RuleIr } from "../../core/ir/types.js";

/** Where in the loops of a phase a rule can fire, as far as the program tells. Unknown numbers count as "anywhere". */

const whole = (expr: ExprIr) => typeof expr === "number" && Number.isInteger(expr);
const wholeEpochs = (point: PointIr) => "epochs" in point && whole(point.epochs);

/** True when every event lies at the end of an epoch. */
export function firesAtEpochsOnly({ when }: RuleIr): boolean {
  if (when?.unit !== "epochs") return false;
  if (when.at) return when.at.every(whole);
  if (when.every === undefined || !whole(when.every)) return false;
  return !when.lands || when.during === undefined || wholeEpochs(when.during[1]);
}

/** True when it may fire before the first step. */
export function firesAtStart({ when }: RuleIr): boolean {
  return when?.at?.some((value) => typeof value !== "number" || Math.round(value) <= 0) ?? false;
}

/** True when it may fire after a step. */
export function firesLater({ when }: RuleIr): boolean {
  return when?.at === undefined || when.at.some((value) => typeof value !== "number" || value > 0);
}
