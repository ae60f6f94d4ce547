import type { PlanIr, PlannedEvent } from "../../core/ir/types.js";
import { costs } from "../../core/network/costs.js";
import type { Network } from "../../core/network/types.js";
import type { SimulatedEvent, Simulation } from "./dry-run.js";
import { added, rest, type Estimate } from "./estimate.js";

/** What a simulation found, as the IR keeps it. */
export function makePlan(network: Network, simulation: Simulation): PlanIr {
  const whole = costs(network);
  return {
    network: { name: network.name, params: whole.params, macs: whole.macs, units: network.units.length },
    phases: simulation.phases.map(({ train, pass, times, stepsPerEpoch }) => ({
      id: train.id,
      pass,
      epochs: stepsPerEpoch === null && train.steps !== undefined ? 0 : times.epochs,
      stepsPerEpoch,
    })),
    events: simulation.events.map(planned),
  };
}

function planned(event: SimulatedEvent): PlannedEvent {
  const counts = event.dead !== null;
  return {
    id: event.statement.id,
    action: event.action,
    phase: event.phase,
    epoch: event.epoch,
    step: event.step,
    ...(event.doubtful === true && { doubtful: true }),
    nominal: event.nominal,
    reachable: event.changed,
    dead: event.dead,
    total: counts ? event.pools.reduce((sum, pool) => sum + pool.total, 0) : null,
    params: event.params,
    macs: event.macs,
    nonzeroParams: event.nonzeroParams,
    nonzeroMacs: event.nonzeroMacs,
    ...(event.latency !== null && { latency: event.latency }),
    layers: counts ? layersOf(event) : [],
  };
}

/** Live units of every layer that makes units of these pools. */
function layersOf({ pools, deadOf }: SimulatedEvent): PlannedEvent["layers"] {
  const layers = new Map<string, { readonly live: Estimate[]; total: number }>();
  pools.forEach((pool, i) => {
    for (const layer of pool.layers) {
      const known = layers.get(layer) ?? { live: [], total: 0 };
      known.live.push(rest(pool.total, deadOf[i] ?? 0));
      known.total += pool.total;
      layers.set(layer, known);
    }
  });
  return [...layers].map(([layer, { live, total }]) => ({ layer, live: added(live), total }));
}
