import { LiveCounts, weightSize, type IsDead } from "../../core/network/costs.js";
import type { Network } from "../../core/network/types.js";
import type { Interval } from "./interval.js";
import {
  isBranchPool,
  isChannelPool,
  isCosted,
  isElementPool,
  type BranchPool,
  type ChannelPool,
  type ElementPool,
} from "./pools.js";
import { heldOf, removableOf } from "./loose.js";
import { deadOf, withAbsorbed, type State } from "./state.js";
import type { Pool } from "./world.js";

/**
 * Units of every pool as dead, of those that `count` gives: end 0 takes as few, end 1 as many as may be. Where units do not cost alike, none of them (all
 * of them) stand for those of which it is not known which they are.
 */
export function deadAt(
  network: Network,
  pools: readonly (ChannelPool | BranchPool)[],
  state: State,
  end: 0 | 1,
  count: (state: State, pool: Pool) => Interval = removableOf,
): IsDead {
  const roots = new Uint8Array(network.channels.count);
  for (const pool of pools) {
    const dead = count(state, pool)[end];
    if (isBranchPool(pool)) {
      if (dead > 0) for (const root of pool.roots) roots[root] = 1;
      continue;
    }
    const some = pool.uniform || dead === 0 || dead === pool.total ? dead : end === 0 ? 0 : pool.total;
    for (const unit of pool.units.slice(0, some)) roots[unit.root] = 1;
  }
  return (channel) => roots[network.channels.find(channel)] === 1;
}

/**
 * Weights in dead channels are dead. What died with channels since a pool was last looked at is added to what it lost by
 * itself; how much of it had died before is not known.
 */
export function absorbChannels(
  network: Network,
  pools: readonly Pool[],
  state: State,
  others: readonly Pool[],
): State {
  const first = absorbBranches(pools, state, others.filter(isBranchPool));
  const channels = others.filter(isCosted);
  if (channels.length === 0 || !pools.some(isElementPool)) return first;
  const live = [0, 1].map(
    (end) => new LiveCounts(deadAt(network, channels, first, end === 0 ? 0 : 1, heldOf)),
  );
  let next = first;
  for (const pool of pools.filter(isElementPool)) {
    const [low, high] = deadOf(state, pool);
    const gone: Interval = [inChannels(pool, live[0]) ?? 0, inChannels(pool, live[1]) ?? pool.total];
    const since = state.absorbed.get(pool.key) ?? [0, 0];
    if (gone[0] === since[0] && gone[1] === since[1]) continue;
    const alone = high === 0 || (low === since[0] && high === since[1]);
    // Where channels came back, what had died in them lives unless it had died by itself.
    const least = gone[0] < since[0] ? low - (since[1] - gone[0]) : low;
    const dead: Interval = alone
      ? gone
      : [Math.max(least, gone[0]), Math.min(pool.total, high + Math.max(0, gone[1] - since[0]))];
    next = withAbsorbed(next, pool, dead, gone);
  }
  return next;
}

/** Channels of a branch that went are dead, whatever else they are counted as. */
function absorbBranches(pools: readonly Pool[], state: State, branches: readonly BranchPool[]): State {
  const fallen = branches.filter((branch) => deadOf(state, branch)[1] > 0);
  if (fallen.length === 0) return state;
  let next = state;
  for (const pool of pools.filter(isChannelPool)) {
    const inside = (end: 0 | 1): number => {
      const roots = new Set(fallen.flatMap((one) => (deadOf(state, one)[end] > 0 ? one.roots : [])));
      return pool.units.filter(({ root }) => roots.has(root)).length;
    };
    const gone: Interval = [inside(0), inside(1)];
    const since = state.absorbed.get(pool.key) ?? [0, 0];
    if (gone[0] === since[0] && gone[1] === since[1]) continue;
    const [low, high] = deadOf(state, pool);
    const dead: Interval = [Math.max(low, gone[0]), Math.min(pool.total, high + gone[1] - since[0])];
    next = withAbsorbed(next, pool, dead, gone);
  }
  return next;
}

/** Weights of a pool that lie in dead channels; undefined where its units are larger. */
function inChannels({ weights, total }: ElementPool, live: LiveCounts | undefined): number | undefined {
  if (weights.length === 0 || live === undefined) return undefined;
  return total - weights.reduce((sum, weight) => sum + weightSize(weight, live), 0);
}
