import type { Dense, Executor } from "../types.js";

export interface LatencyOptions {
  /** Examples per prediction. Default 1. */
  readonly batch?: number;
  /** Timed predictions. Default 20. */
  readonly runs?: number;
  /** Predictions before, not timed. Default 3. */
  readonly warmUp?: number;
}

export interface Latency {
  readonly median: number;
  readonly minimum: number;
}

/** Milliseconds of a prediction, outputs read back, on inputs of the value 0.5; free extents count as 32. */
export function measureLatency(executor: Executor, options: LatencyOptions = {}): Latency {
  const { batch = 1, runs = 20, warmUp = 3 } = options;
  const { network } = executor;
  const inputs = network.inputs.map((t): Dense => {
    const shape = (network.tensors[t]?.shape ?? []).map((n, axis) => (axis === 0 ? batch : (n ?? 32)));
    const value = feedsTable(executor, t) ? 0 : 0.5;
    return { kind: "dense", shape, data: new Float32Array(shape.reduce((p, n) => p * n, 1)).fill(value) };
  });
  const times: number[] = [];
  for (let i = 0; i < warmUp + Math.max(1, runs); i++) {
    const start = performance.now();
    executor.predict(inputs);
    if (i >= warmUp) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(times.length / 2)] ?? NaN, minimum: times[0] ?? NaN };
}

/** Indices have to lie in the table of an embedding. */
function feedsTable(executor: Executor, tensor: number): boolean {
  const { calls, layers } = executor.network;
  return calls.some((call) => call.inputs.includes(tensor) && layers[call.layer]?.className === "Embedding");
}
