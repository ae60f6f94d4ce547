import type { PlanIr, PlannedEvent } from "../../core/ir/types.js";
import { costs } from "../../core/network/costs.js";
import type { Network } from "../../core/network/types.js";
import { leftAtMost } from "./met.js";
import { plannedCosts, type PlannedCosts } from "./costs.js";
import { plus, type Interval } from "./interval.js";
import { mostCosted } from "./limits.js";
import { removableOf } from "./loose.js";
import type { SimulatedEvent, Simulation } from "./simulation.js";
import { deadOf, type State } from "./state.js";
import { isCosted } from "./pools.js";
import type { Pool } from "./world.js";

/** What a simulation found, as the IR keeps it: plain numbers, the costs of the network at every event added. */
export function makePlan(network: Network, simulation: Simulation): PlanIr {
  const whole = costs(network);
  const costsAt = costing(network, simulation);
  return {
    network: { name: network.name, params: whole.params, macs: whole.macs, units: network.units.length },
    phases: simulation.phases.map(({ train, pass, times, stepsPerEpoch }) => ({
      id: train.id,
      pass,
      epochs: stepsPerEpoch === null && train.length.unit === "steps" ? 0 : times.epochs,
      stepsPerEpoch,
    })),
    events: simulation.events.map((event) => planned(event, costsAt(event.state))),
  };
}

function planned(event: SimulatedEvent, cost: PlannedCosts | null): PlannedEvent {
  const counts = event.dead !== null;
  return {
    id: event.statement.id,
    action: event.action,
    phase: event.phase,
    epoch: event.epoch,
    step: event.step,
    nominal: event.nominal,
    reachable: event.reachable,
    dead: event.dead,
    total: counts ? event.pools.reduce((sum, pool) => sum + pool.total, 0) : null,
    params: cost?.params ?? null,
    macs: cost?.macs ?? null,
    layers: counts ? layersOf(event.pools, event.state) : [],
  };
}

/** Live units of every layer that makes units of these pools. */
export function layersOf(pools: readonly Pool[], state: State): PlannedEvent["layers"] {
  const layers = new Map<string, { live: Interval; total: number }>();
  for (const pool of pools) {
    const [low, high] = deadOf(state, pool);
    for (const layer of pool.layers) {
      const known = layers.get(layer) ?? { live: [0, 0], total: 0 };
      const live = plus(known.live, [pool.total - high, pool.total - low]);
      layers.set(layer, { live, total: known.total + pool.total });
    }
  }
  return [...layers].map(([layer, { live, total }]) => ({ layer, live, total }));
}

/** Costs by state, each worked out once; null past the limit. */
function costing(network: Network, simulation: Simulation): (state: State) => PlannedCosts | null {
  const all = simulation.pools.filter(isCosted);
  const limit = mostCosted(network.units.length);
  const known = new Map<string, PlannedCosts>();
  return (state) => {
    const key = JSON.stringify([
      all.map((pool) => [deadOf(state, pool), removableOf(state, pool)]),
      [...state.together.values()].filter(({ pools }) => pools.some(isCosted)).map(({ dead }) => dead),
      leftAtMost(state),
    ]);
    const found = known.get(key);
    if (found !== undefined || known.size >= limit) return found ?? null;
    const fresh = plannedCosts(network, all, state);
    known.set(key, fresh);
    return fresh;
  };
}
