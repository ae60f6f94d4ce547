import { layerClass } from "../../core/network/layers/index.js";
import { FREE_EXTENT } from "../../core/latency/calls.js";
import type { Network } from "../../core/network/types.js";
import type { Dense, Executor } from "../types.js";

export interface LatencyOptions {
  /** Examples per prediction. Default 1. */
  readonly batch?: number;
  /** Timed predictions of each network. Default 20. */
  readonly runs?: number;
  /** Predictions before, not timed. Default 3. */
  readonly warmUp?: number;
  /** Seconds after which no further round of predictions starts. Default 2. */
  readonly seconds?: number;
}

export interface Latency {
  readonly median: number;
  readonly minimum: number;
  /** The middle half of the times lies between these. */
  readonly quartiles: readonly [number, number];
}

/**
 * Milliseconds of a prediction, outputs read back, on inputs of the value 0.5; free extents count as 32. Several networks are timed in
 * turns, so that whatever else the machine does meanwhile falls on all of them. A first prediction that takes longer than `seconds` is all there is of its network.
 */
export function compareLatency(
  executors: readonly Executor[],
  options: LatencyOptions = {},
): readonly Latency[] {
  const { batch = 1, runs = 20, warmUp = 3, seconds = 2 } = options;
  const inputs = executors.map(({ network }) => halves(network, batch));
  const times: number[][] = executors.map(() => []);
  const until = performance.now() + 1000 * seconds * executors.length;
  for (let round = 0; round < warmUp + Math.max(1, runs); round++) {
    if (round > 0 && performance.now() > until) break;
    executors.forEach((executor, i) => {
      const start = performance.now();
      executor.predict(inputs[i] ?? []);
      const took = performance.now() - start;
      if (round <= warmUp) times[i] = [took];
      else times[i]?.push(took);
    });
  }
  return times.map((list) => {
    list.sort((a, b) => a - b);
    const at = (share: number): number => list[Math.floor(share * (list.length - 1))] ?? NaN;
    const quartiles = [at(0.25), at(0.75)] as const;
    return { median: list[list.length >> 1] ?? NaN, minimum: list[0] ?? NaN, quartiles };
  });
}

/** Inputs of the value 0.5; of tables of 0. */
export function halves(network: Network, batch: number): Dense[] {
  return network.inputs.map((tensor): Dense => {
    const shape = (network.tensors[tensor]?.shape ?? []).map((n, axis) =>
      axis === 0 ? batch : (n ?? FREE_EXTENT),
    );
    const value = feedsTable(network, tensor) ? 0 : 0.5;
    return { kind: "dense", shape, data: new Float32Array(shape.reduce((p, n) => p * n, 1)).fill(value) };
  });
}

/** Indices have to lie in the table of an embedding. */
function feedsTable({ calls, layers }: Network, tensor: number): boolean {
  return calls.some(
    (call) =>
      call.inputs.includes(tensor) && layerClass(layers[call.layer]?.className ?? "").reads === "indices",
  );
}
