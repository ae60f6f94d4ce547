import type { BudgetLimit } from "../../core/ir/types.js";
import type { Interval } from "./interval.js";
import type { Met, State } from "./state.js";

/** A limit as a count; a share was taken of the network as loaded. */
export interface Wanted {
  readonly measure: BudgetLimit["measure"];
  readonly most: number;
}

const unlimited = { params: Infinity, macs: Infinity } as const;

/** What is left at most as things stand: budgets that were met hold until something lives again. */
export function leftAtMost({ met, returns }: State): Pick<Met, "params" | "macs"> {
  return met !== null && met.returns === returns ? met : unlimited;
}

/** The state after an event that is certain to have met these limits. */
export function withMet(state: State, limits: readonly Wanted[]): State {
  let { params, macs } = leftAtMost(state);
  for (const { measure, most } of limits) {
    const whole = Math.floor((measure === "bytes" ? most / 4 : most) + 1e-9);
    if (measure === "macs") macs = Math.min(macs, whole);
    else params = Math.min(params, whole);
  }
  return { ...state, met: { params, macs, returns: state.returns } };
}

/** What holds of budgets in one of two states or in the other, `returns` then being as given. */
export function eitherMet(a: State, b: State, returns: number): Met | null {
  const [one, other] = [leftAtMost(a), leftAtMost(b)];
  const params = Math.max(one.params, other.params);
  const macs = Math.max(one.macs, other.macs);
  return params === Infinity && macs === Infinity ? null : { params, macs, returns };
}

/** A size between these bounds and no larger than that. */
export const atMost = ([low, high]: Interval, most: number): Interval => [
  low,
  Math.max(low, Math.min(high, most)),
];
