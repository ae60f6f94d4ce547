import type { Network } from "../../compiler/network/types.js";
import type { Executor } from "../types.js";
import type { Dense } from "../types.js";

export interface Latency {
  readonly single: number;
  readonly batch: number;
}

/** Examples of the larger batch that is timed. */
const batchSize = 32;
/** A measurement ends after this many runs or seconds. */
const runs = 15;
const seconds = 1;

/** Median milliseconds of inference on zeros, for one example and for a batch of 32; null where an extent is free. */
export function measureLatency(network: Network, executor: Executor): Latency | null {
  const shapes = network.inputs.map((tensor) => network.tensors[tensor]?.shape.slice(1) ?? []);
  const sized = shapes.every((shape): shape is number[] => shape.every((extent) => extent !== null));
  if (!sized) return null;
  const inputs = (size: number): Dense[] =>
    shapes.map((shape) => {
      const full = [size, ...shape.map((extent) => extent ?? 1)];
      return {
        kind: "dense",
        data: new Float32Array(full.reduce((product, n) => product * n, 1)),
        shape: full,
      };
    });
  return { single: median(executor, inputs(1)), batch: median(executor, inputs(batchSize)) };
}

/** The first run pays for setting up and counts only where one run takes longer than a whole measurement may. */
function median(executor: Executor, inputs: readonly Dense[]): number {
  const first = timed(executor, inputs);
  if (first > 1000 * seconds) return first;
  const times: number[] = [];
  for (let spent = 0; times.length < runs && spent < 1000 * seconds;) {
    const took = timed(executor, inputs);
    times.push(took);
    spent += took;
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] ?? first;
}

function timed(executor: Executor, inputs: readonly Dense[]): number {
  const start = performance.now();
  executor.predict(inputs);
  return performance.now() - start;
}
