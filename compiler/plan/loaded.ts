import { allBlank } from "./blank.js";
import type { Interval } from "./interval.js";
import { isElementPool } from "./pools.js";
import { deadOf, withDead, type State } from "./state.js";
import type { Pool } from "./world.js";

/**
 * The state once masks were read that nobody knows yet, for some layers (paths; all when null): channels may have died, weights have
 * the masks that were read.
 */
export function unread(state: State, pools: readonly Pool[], paths: ReadonlySet<string> | null): State {
  let next: State = { ...state, returns: state.returns + 1 };
  for (const pool of pools) {
    const named = paths === null || pool.layers.length === 0 || pool.layers.some((path) => paths.has(path));
    if (!named) continue;
    const low = isElementPool(pool) || pool.layers.length === 0 ? 0 : deadOf(state, pool)[0];
    const dead: Interval = [low, pool.total];
    const known = next.loose.get(pool.key);
    if (known !== undefined) {
      const held: Interval = [Math.min(low, known.held[0]), pool.total];
      const loose = { ...known, firm: [Math.min(low, known.firm[0]), pool.total] as const, held };
      next = { ...next, loose: new Map(next.loose).set(pool.key, loose) };
    }
    next = withDead(next, [pool], [dead]);
  }
  return allBlank(next, pools.filter(isElementPool));
}
