import { costBounds } from "../network/cost-bounds.js";
import { costs } from "../network/costs.js";
import type { Network } from "../network/types.js";
import { meet, type Interval } from "./interval.js";
import { isChannelPool, type ChannelPool } from "./pools.js";
import { deadOf, type State } from "./state.js";
import { deadAt } from "./absorb.js";
import type { Pool } from "./world.js";

export interface PlannedCosts {
  readonly params: Interval;
  readonly macs: Interval;
}

/**
 * Parameters and multiply–accumulates of the network that `slim` would leave: exact where every pool's count is, else
 * bounds. Masks on weights, kernels and the like make nothing smaller and do not count.
 */
export function plannedCosts(network: Network, pools: readonly Pool[], state: State): PlannedCosts {
  const channels = pools.filter(isChannelPool);
  const least = costs(network, deadAt(network, channels, state, 1));
  if (channels.every((pool) => isKnown(deadOf(state, pool)) && isUniform(pool))) {
    return { params: [least.params, least.params], macs: [least.macs, least.macs] };
  }
  const certain = deadAt(network, channels, state, 0);
  const most = costs(network, certain);
  const loose: PlannedCosts = { params: [least.params, most.params], macs: [least.macs, most.macs] };
  const ranked = rankedTogether(channels, state);
  if (ranked === null) return loose;
  const units = ranked.pools.flatMap((pool) => pool.units);
  const sure = ranked.pools.reduce((sum, pool) => sum + deadOf(state, pool)[0], 0);
  const fewest = costBounds(network, units, ranked.dead[1] - sure, certain);
  const fullest =
    ranked.dead[0] === ranked.dead[1] ? fewest : costBounds(network, units, ranked.dead[0] - sure, certain);
  return {
    params: meet(loose.params, [Math.max(0, Math.floor(fewest.params.low)), Math.ceil(fullest.params.high)]),
    macs: meet(loose.macs, [Math.max(0, Math.floor(fewest.macs.low)), Math.ceil(fullest.macs.high)]),
  };
}

const isKnown = ([low, high]: Interval) => low === high;

/** Units of one pool cost alike when they hold equally many channels; then it does not matter which of them die. */
function isUniform({ units }: ChannelPool): boolean {
  return units.every((unit) => unit.channels.length === units[0]?.channels.length);
}

/** The ranking that governs the uncertain pools, if one ranking governs them all. */
function rankedTogether(channels: readonly ChannelPool[], state: State) {
  for (const { pools, dead } of state.together.values()) {
    const keys = new Set(pools.map((pool) => pool.key));
    const others = channels.filter((pool) => !keys.has(pool.key));
    if (others.every((pool) => isKnown(deadOf(state, pool))))
      return { pools: pools.filter(isChannelPool), dead };
  }
  return null;
}
