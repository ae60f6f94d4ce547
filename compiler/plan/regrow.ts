import { shareOf } from "../ir/amounts.js";
import type { AmountIr, RegrowIr } from "../ir/types.js";
import type { Dropped } from "./drop.js";
import { exactly, type Interval } from "./interval.js";
import { deadOf, deadTogether, type State } from "./state.js";
import { amountAt, type Moment } from "./value.js";
import type { Pool } from "./world.js";

export interface Regrown {
  readonly nominal: number | null;
  /** Units that come back. */
  readonly count: Interval;
  readonly dead: readonly Interval[];
  readonly together: Interval;
}

/** A regrow that acts with its prune: candidates are the units dead before it, and those it dropped where that is said. */
export function regrown(
  regrow: RegrowIr,
  pools: readonly Pool[],
  before: State,
  dropped: Dropped,
  moment: Moment,
): Regrown {
  const start = deadTogether(before, pools);
  const lost: Interval = [
    Math.max(0, dropped.together[0] - start[1]),
    Math.max(0, dropped.together[1] - start[0]),
  ];
  const wanted = regrow.amount === undefined ? lost : asked(regrow.amount, dropped.together, moment);
  const limit: Interval = regrow.includingDropped ? dropped.together : start;
  const count: Interval = [Math.min(wanted[0], limit[0]), Math.min(wanted[1], limit[1])];
  const exact = count[0] === count[1] && dropped.together[0] === dropped.together[1];
  const together: Interval = exact
    ? exactly(dropped.together[0] - count[0])
    : [Math.max(0, dropped.together[0] - count[1]), dropped.together[1] - count[0]];

  const dead = pools.map((pool, i): Interval => {
    const [low, high] = deadOf(before, pool);
    const [less, more] = dropped.dead[i] ?? exactly(0);
    const candidates = regrow.includingDropped ? more : high;
    const own = regrow.amount === undefined && regrow.allocated === undefined;
    // Each layer regains what it lost, as far as it has candidates: known exactly where both are.
    if (own && low === high && less === more && less - low <= (regrow.includingDropped ? less : low))
      return exactly(low);
    return [Math.max(0, less - Math.min(candidates, count[1])), Math.min(more, together[1])];
  });
  return { nominal: wanted[0] === wanted[1] ? wanted[0] : null, count, dead, together };
}

/** A regrow that acts alone: so many of the dead come back, from wherever its criterion finds them. */
export function revived(
  regrow: RegrowIr,
  pools: readonly Pool[],
  state: State,
  moment: Moment,
): readonly Interval[] {
  const together = deadTogether(state, pools);
  const [low, high] = regrow.amount === undefined ? together : asked(regrow.amount, together, moment);
  return pools.map((pool): Interval => {
    const [less, more] = deadOf(state, pool);
    const alone = pools.length === 1;
    return [Math.max(0, less - high), alone ? Math.max(0, more - low) : more];
  });
}

/** Units a regrow asks for; a share is of the dead. */
function asked(amount: AmountIr, dead: Interval, moment: Moment): Interval {
  const known = amountAt(amount, moment);
  if (known === null) return [0, dead[1]];
  switch (known.kind) {
    case "drop-share":
      return [shareOf(known.value, dead[0]), shareOf(known.value, dead[1])];
    case "drop-count":
      return [Math.min(dead[0], Math.round(known.value)), Math.min(dead[1], Math.round(known.value))];
    default:
      return [0, dead[1]];
  }
}
