import { costBounds } from "../../core/network/cost-bounds.js";
import { collapse } from "../../core/network/collapse.js";
import { costs, type IsDead } from "../../core/network/costs.js";
import type { Network } from "../../core/network/types.js";
import { meet, total, type Interval } from "./interval.js";
import { isBranchPool, isChannelPool, type BranchPool, type ChannelPool } from "./pools.js";
import { atMost, leftAtMost } from "./met.js";
import { frozenOf, removableOf } from "./loose.js";
import { deadTogether, type State } from "./state.js";
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
  const { params, macs } = countedCosts(network, pools, state);
  const most = leftAtMost(state);
  return { params: atMost(params, most.params), macs: atMost(macs, most.macs) };
}

function countedCosts(network: Network, pools: readonly Pool[], state: State): PlannedCosts {
  const channels = pools.filter(isChannelPool);
  const branches = pools.filter(isBranchPool).filter((pool) => removableOf(state, pool)[1] > 0);
  if (branches.length > 0) return withoutBranches(network, channels, branches, state);
  const least = costs(network, deadAt(network, channels, state, 1));
  const uncertain = channels.filter((pool) => !isCertain(removableOf(state, pool), pool));
  if (uncertain.length === 0) return { params: [least.params, least.params], macs: [least.macs, least.macs] };
  const certain = deadAt(network, channels, state, 0);
  const most = costs(network, certain);
  const loose: PlannedCosts = { params: [least.params, most.params], macs: [least.macs, most.macs] };
  // The ranking that governs the uncertain pools says how many of their units are dead together.
  const sure = uncertain.reduce((sum, pool) => sum + (pool.uniform ? removableOf(state, pool)[0] : 0), 0);
  const [fewer, more] = together(uncertain, state);
  const units = uncertain.flatMap((pool) => pool.units);
  const fewest = costBounds(network, units, more - sure, certain);
  const fullest = fewer === more ? fewest : costBounds(network, units, fewer - sure, certain);
  return {
    params: meet(loose.params, [Math.max(0, Math.floor(fewest.params.low)), Math.ceil(fullest.params.high)]),
    macs: meet(loose.macs, [Math.max(0, Math.floor(fewest.macs.low)), Math.ceil(fullest.macs.high)]),
  };
}

/** Branches go whole: the layers that nothing reads any more go with the dead channels. */
function withoutBranches(
  network: Network,
  channels: readonly ChannelPool[],
  branches: readonly BranchPool[],
  state: State,
): PlannedCosts {
  const [most, least] = ([0, 1] as const).map((end) =>
    collapsedCosts(network, deadAt(network, [...channels, ...branches], state, end)),
  );
  return {
    params: [least?.params ?? 0, most?.params ?? 0],
    macs: [least?.macs ?? 0, most?.macs ?? 0],
  };
}

/** Costs once what reads nothing has gone too; without what cannot go where the network would fall apart. */
function collapsedCosts(
  network: Network,
  isDead: IsDead,
): { readonly params: number; readonly macs: number } {
  const { kept, diagnostics, isDead: fallen } = collapse(network, isDead);
  const plain = costs(network, isDead);
  if (diagnostics.length > 0) return plain;
  const used = new Set([...kept.keys()].map((index) => network.calls[index]?.layer ?? -1));
  let [params, macs] = [0, 0];
  for (const one of costs(network, fallen).perLayer) {
    if (!used.has(one.layer)) continue;
    params += one.params;
    macs += one.macs;
  }
  return { params, macs };
}

const isCertain = ([low, high]: Interval, { uniform, total }: ChannelPool) =>
  low === high && (uniform || low === 0 || low === total);

/** Dead of these pools together, by themselves or as the rest of a ranking over more pools. */
function together(uncertain: readonly ChannelPool[], state: State): Interval {
  const sum = total(uncertain.map((pool) => removableOf(state, pool)));
  // Sums are of all that are dead.
  if (uncertain.some((pool) => frozenOf(state, pool)[1] > 0)) return sum;
  let known = meet(sum, deadTogether(state, uncertain));
  const keys = new Set(uncertain.map((pool) => pool.key));
  for (const { pools, dead } of state.together.values()) {
    const others = pools.filter((pool) => !keys.has(pool.key));
    if (pools.length - others.length < uncertain.length) continue;
    const rest = total(others.map((pool) => removableOf(state, pool)));
    known = meet(known, [dead[0] - rest[1], dead[1] - rest[0]]);
  }
  return known;
}
