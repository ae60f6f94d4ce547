import { apportion, shareOf } from "../../core/schedule/amounts.js";
import type { AmountIr, PruneIr, RegrowIr } from "../../core/ir/types.js";
import type { Dropped } from "./drop.js";
import { exactly, isExact, type Interval } from "./interval.js";
import { mayReturn } from "./loose.js";
import { deadOf, deadTogether, type State } from "./state.js";
import { isSwap, swapped, type Regrown } from "./swapped.js";
import { amountAt, type Moment } from "./value.js";
import type { Pool } from "./world.js";

/** A regrow that acts with its prune: candidates are the units dead before it, and those it dropped where that is said. */
export function regrown(
  statement: PruneIr,
  regrow: RegrowIr,
  pools: readonly Pool[],
  before: State,
  dropped: Dropped,
  moment: Moment,
  last: boolean,
): Regrown {
  if (isSwap(statement, regrow)) return swapped(statement, regrow, pools, before, dropped, last);
  const start = deadTogether(before, pools);
  const lost: Interval = [
    Math.max(0, dropped.together[0] - start[1]),
    Math.max(0, dropped.together[1] - start[0]),
  ];
  const wanted = regrow.amount === undefined ? lost : asked(regrow.amount, dropped.together, pools, moment);
  const limit: Interval = regrow.includingDropped ? dropped.together : start;
  const count: Interval = [Math.min(wanted[0], limit[0]), Math.min(wanted[1], limit[1])];
  const exact = count[0] === count[1] && dropped.together[0] === dropped.together[1];
  const together: Interval = exact
    ? exactly(dropped.together[0] - count[0])
    : [Math.max(0, dropped.together[0] - count[1]), dropped.together[1] - count[0]];

  const dead = pools.map((pool, i): Interval => {
    const [, high] = deadOf(before, pool);
    const [less, more] = dropped.dead[i] ?? exactly(0);
    const candidates = regrow.includingDropped ? more : high;
    return [Math.max(0, less - Math.min(candidates, count[1])), Math.min(more, together[1])];
  });
  return { nominal: wanted[0] === wanted[1] ? wanted[0] : null, count, dead, together };
}

/**
 * A regrow that acts alone: so many of the dead come back. Each layer regains its part of them by counts alone, where all that are
 * dead may come back.
 */
export function revived(regrow: RegrowIr, pools: readonly Pool[], state: State, moment: Moment): Regrown {
  const before = pools.map((pool) => deadOf(state, pool));
  const together = deadTogether(state, pools);
  const wanted = regrow.amount === undefined ? exactly(0) : asked(regrow.amount, together, pools, moment);
  // What a `slim` took out, a dead channel holds, or some died otherwise, cannot come back.
  const free = pools.every((pool) => mayReturn(state, pool));
  const count: Interval = [free ? Math.min(wanted[0], together[0]) : 0, Math.min(wanted[1], together[1])];
  const after: Interval = isExact(count)
    ? [together[0] - count[0], together[1] - count[0]]
    : [Math.max(0, together[0] - count[1]), together[1] - count[0]];
  const parts = isExact(count) && before.every(isExact) ? spread(regrow, before, count[0]) : null;
  const dead = before.map(([low, high], i): Interval => {
    const back = parts?.[i];
    if (back !== undefined) return exactly(low - back);
    return [Math.max(0, low - count[1]), Math.min(high, after[1])];
  });
  return { nominal: isExact(count) ? count[0] : null, count, dead, together: after };
}

/** Of how many units each pool regains some: null where an expression says. */
function spread(
  { allocated }: RegrowIr,
  before: readonly Interval[],
  count: number,
): readonly number[] | null {
  if (allocated !== undefined && allocated !== "evenly") return null;
  const limits = before.map(([dead]) => dead);
  const weights = allocated === "evenly" ? limits.map(() => 1) : limits;
  const whole = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => (whole > 0 ? (count * weight) / whole : 0));
  return apportion(count, shares, limits);
}

/** Units that a regrow asks for; a share is of the dead, a target and `keep` say what is dead or alive afterwards. */
function asked(amount: AmountIr, dead: Interval, pools: readonly Pool[], moment: Moment): Interval {
  const known = amountAt(amount, moment);
  if (known === null) return [0, dead[1]];
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  const of = (gone: number): number => {
    switch (known.kind) {
      case "drop-share":
        return shareOf(known.value, gone);
      case "drop-count":
        return Math.min(gone, Math.max(0, Math.round(known.value)));
      case "target":
        return Math.max(0, gone - shareOf(known.value, all));
      case "keep-count":
        return Math.min(gone, Math.max(0, Math.round(known.value) - (all - gone)));
    }
  };
  return [of(dead[0]), of(dead[1])];
}
