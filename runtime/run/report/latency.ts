import { compareLatency, createExecutor } from "../../executor/index.js";
import type { Parameter, ParameterStore } from "../../../core/parameters.js";
import type { Executor } from "../../types.js";
import type { NetworkFacts } from "../../report/types.js";
import type { Session } from "../host/session.js";

type Latencies = NetworkFacts["latency"];

/** Examples of the larger batch that is timed. */
const LARGE = 32;

/**
 * Median milliseconds of inference with the network as loaded and as it is now, timed in turns, for one example and for a batch
 * of 32. The values of weights do not matter for dense kernels: the network as loaded is timed with zeros.
 */
export function latencies(session: Session): { readonly before: Latencies; readonly after: Latencies } {
  const { loaded, network, executor, backend, options } = session;
  if (!options.latency) return { before: null, after: null };
  if (loaded === network) {
    const [same] = timed([executor]);
    return { before: same ?? null, after: same ?? null };
  }
  const original = createExecutor(loaded, zeros(session), backend, { seed: options.seed });
  try {
    original.upload();
    const [before, after] = timed([original, executor]);
    return { before: before ?? null, after: after ?? null };
  } finally {
    original.dispose();
  }
}

function timed(executors: readonly Executor[]): Latencies[] {
  const single = compareLatency(executors, { batch: 1 });
  const batch = compareLatency(executors, { batch: LARGE, runs: 12 });
  return executors.map((_, i) => ({ single: single[i]?.median ?? NaN, batch: batch[i]?.median ?? NaN }));
}

/** Parameters of the network as loaded; what no layer declares (classes of the user's) is as it is now. */
function zeros({ loaded, parameters }: Session): ParameterStore {
  const store = new Map<string, Parameter>(parameters);
  for (const { weights } of loaded.layers) {
    for (const { key, shape, trainable } of weights) {
      const size = shape.reduce((product, extent) => product * extent, 1);
      store.set(key, { key, shape, trainable, data: new Float32Array(size) });
    }
  }
  return store;
}
