import type { Interval } from "./interval.js";
import { cameBack } from "./loose.js";
import { isChannelPool, isElementPool, type ChannelPool } from "./pools.js";
import { deadOf, withAbsorbed, withDead, type State } from "./state.js";
import type { Pool } from "./world.js";

/**
 * Pools that speak of the same weights (kernels and rows of a layer) or channels (filters, and the channels that some layers read)
 * under different names: what dies or lives again as one of them does so as the other.
 */

/** Units of a pool that so many of another's can change, at most. */
function touched(pool: Pool, other: Pool, count: number): number {
  // Units of one pool are all made by the same layers, so that pools which share some have the same layers.
  if (count <= 0 || pool.layers[0] !== other.layers[0]) return 0;
  if (isElementPool(pool) && isElementPool(other))
    return Math.min(pool.total, other.elements, count * other.largest);
  return isChannelPool(pool) && isChannelPool(other) ? Math.min(count, shared(pool, other)) : 0;
}

const counts = new WeakMap<Pool, WeakMap<Pool, number>>();

function shared(pool: ChannelPool, other: ChannelPool): number {
  const known = counts.get(pool) ?? new WeakMap<Pool, number>();
  counts.set(pool, known);
  const roots = known.has(other) ? null : new Set(other.units.map(({ root }) => root));
  const count = known.get(other) ?? pool.units.filter(({ root }) => roots?.has(root)).length;
  known.set(other, count);
  return count;
}

/** The state once these pools have taken over what died of others since they were last looked at. */
export function absorbOverlaps(pools: readonly Pool[], state: State, others: readonly Pool[]): State {
  // Pools of one statement have nothing in common.
  const keys = new Set(pools.map(({ key }) => key));
  const foreign = others.filter(({ key }) => !keys.has(key));
  let next = state;
  for (const pool of pools) {
    for (const other of foreign) {
      if (touched(pool, other, 1) === 0) continue;
      const key = `${pool.key}\n\n${other.key}`;
      const now = deadOf(next, other);
      const known = next.absorbed.get(key);
      if (known === undefined ? now[1] === 0 : known === now) continue;
      const [low, high] = deadOf(next, pool);
      const dead: Interval = [low, Math.min(pool.total, high + touched(pool, other, now[1]))];
      next = withAbsorbed(next, pool, dead, now, key);
    }
  }
  return next;
}

/** The state once up to `count` units of these pools live again. */
export function reviveOverlaps(
  pools: readonly Pool[],
  count: number,
  state: State,
  others: readonly Pool[],
): State {
  const keys = new Set(pools.map(({ key }) => key));
  let next = state;
  for (const other of others) {
    if (keys.has(other.key)) continue;
    const lost = pools.reduce((sum, pool) => sum + touched(other, pool, count), 0);
    const [low, high] = deadOf(next, other);
    if (lost === 0 || low === 0) continue;
    next = cameBack([other], next, withDead(next, [other], [[Math.max(0, low - lost), high]]));
  }
  return next;
}
