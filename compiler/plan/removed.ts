import { cameBlank } from "./blank.js";
import { meet, type Interval } from "./interval.js";
import { removableOf, trained } from "./loose.js";
import { isCosted } from "./pools.js";
import { deadOf, withDead, type State } from "./state.js";
import type { Pool } from "./world.js";

/** The state of a network out of which a `slim` took what is dead: no rewind brings that back. */
export function withRemoved(state: State, pools: readonly Pool[]): State {
  const removed = new Map(state.removed);
  for (const pool of pools.filter(isCosted)) {
    const count = removableOf(state, pool);
    if (count[1] > 0) removed.set(pool.key, count);
  }
  return { ...state, removed };
}

/** The masks of an earlier state in the network as it is `now`. */
export function rewound(earlier: State, now: State, pools: readonly Pool[]): State {
  let next: State = { ...earlier, removed: now.removed, returns: now.returns + 1 };
  // What was dead then is dead now, unless something came back between: of two such counts the larger holds the other.
  const nested = earlier.returns === now.returns && earlier.loose.size === 0;
  for (const pool of pools) {
    const gone = now.removed.get(pool.key);
    if (gone === undefined) continue;
    const [low, high] = deadOf(earlier, pool);
    const most = nested ? Math.max(high, gone[1]) : Math.min(pool.total, high + gone[1]);
    const dead: Interval = [Math.max(low, gone[0]), most];
    const known = earlier.loose.get(pool.key);
    if (known !== undefined) {
      const within: Interval = [0, most];
      const loose = {
        ...known,
        firm: meet([known.firm[0], most], within),
        held: meet([known.held[0], most], within),
      };
      next = { ...next, loose: new Map(next.loose).set(pool.key, loose) };
    }
    next = withDead(next, [pool], [dead]);
  }
  next = { ...next, blank: now.blank };
  // The masks are put back in place as after an update.
  return cameBlank(pools, now, trained(next, pools));
}

/** Whether some unit that lived in an earlier state is out of the network for certain. */
export function outlives(earlier: State, now: State, pools: readonly Pool[]): boolean {
  return pools.some((pool) => (now.removed.get(pool.key)?.[0] ?? 0) > deadOf(earlier, pool)[1]);
}
