import type { PruneIr, RegrowIr } from "../../core/ir/types.js";
import type { Dropped } from "./drop.js";
import { exactly, isExact, meet, plus, total, type Interval } from "./interval.js";
import { mayReturn } from "./loose.js";
import { deadOf, deadTogether, type State } from "./state.js";
import type { Pool } from "./world.js";

/** What a regrow does with the units that its prune dropped. */
export interface Regrown {
  readonly nominal: number | null;
  /** Units that come back. */
  readonly count: Interval;
  readonly dead: readonly Interval[];
  readonly together: Interval;
  /** Units that drop and regrow change together, where that is known better than from the counts. */
  readonly net?: Interval;
}

/** Whether as many come back as were dropped: what is dead follows from what was dead, whatever was dropped. */
export const isSwap = ({ manner, structure }: PruneIr, { amount, allocated }: RegrowIr): boolean =>
  amount === undefined &&
  allocated === undefined &&
  structure.name !== "layers" &&
  // These rank the dead along with the living, so that more is dropped than dies.
  manner !== "softly" &&
  manner !== "latently";

interface Layer {
  readonly before: Interval;
  readonly dropped: Interval;
  readonly lost: Interval;
  /** Units dead before that come back if they are chosen. */
  readonly candidates: Interval;
}

/**
 * Each layer regains as many as it lost, at most as many as were dead before: all of them `including dropped`. A ranking of all
 * layers gives to others what one has no candidates for. `last`: nothing trains afterwards, only the difference is dropped.
 */
export function swapped(
  statement: PruneIr,
  regrow: RegrowIr,
  pools: readonly Pool[],
  state: State,
  dropped: Dropped,
  last: boolean,
): Regrown {
  const start = deadTogether(state, pools);
  const lost = lostOf(start, dropped.together);
  const nominal = isExact(lost) ? lost[0] : null;
  const layers = pools.map((pool, i): Layer => {
    const before = deadOf(state, pool);
    const after = dropped.dead[i] ?? before;
    const candidates: Interval = [mayReturn(state, pool) ? before[0] : 0, before[1]];
    return { before, dropped: after, lost: lostOf(before, after), candidates };
  });
  const spills = statement.scope.kind === "global";
  const evens = regrow.includingDropped || layers.every((one) => one.lost[1] <= one.candidates[0]);
  if (evens) {
    const dead = layers.map(({ before }) => before);
    return { nominal, count: lost, dead, together: start, net: exactly(0) };
  }
  const least = total(layers.map(({ candidates }) => candidates))[0];
  const free = pools.every((pool) => mayReturn(state, pool)) ? start[0] : least;
  const most = Math.min(lost[1], start[1]);
  const dead = layers.map((layer): Interval => {
    const [low, high] = afterwards(layer);
    if (!spills) return [low, high];
    // What others cannot regrow comes back here, or is not dropped at all.
    return last
      ? [layer.before[0], layer.dropped[1]]
      : [Math.max(0, layer.dropped[0] - Math.min(layer.candidates[1], most)), high];
  });
  const sum: Interval = [
    Math.max(start[0], dropped.together[0] - start[1]),
    Math.min(dropped.together[1], spills ? Math.max(start[1], dropped.together[1] - free) : Infinity),
  ];
  const together = meet(total(dead), sum);
  const own = layers.map((one): Interval => [
    Math.min(one.lost[0], one.candidates[0]),
    Math.min(one.lost[1], one.candidates[1]),
  ]);
  const count: Interval = spills
    ? [Math.min(lost[0], free), most]
    : meet(own.reduce(plus, exactly(0)), [0, most]);
  return { nominal, count, dead, together };
}

/** Dead of a layer that regains what it lost as far as its candidates go. */
function afterwards({ before, dropped, candidates }: Layer): Interval {
  const low = Math.max(before[0], dropped[0] - candidates[1]);
  return [low, Math.max(low, Math.min(dropped[1], Math.max(before[1], dropped[1] - candidates[0])))];
}

const lostOf = (before: Interval, after: Interval): Interval => [
  Math.max(0, after[0] - before[1]),
  Math.max(0, after[1] - before[0]),
];
