import { readNetwork } from "../../../core/network/read.js";
import type { Json, Network } from "../../../core/network/types.js";
import { initialValues } from "../../../runtime/model/index.js";
import type { Parameter, ParameterStore } from "../../../core/parameters.js";
import type { Dense, Labels } from "../../../runtime/types.js";

export function network(topology: unknown): Network {
  const { network: read, diagnostics } = readNetwork(topology);
  if (!read) throw new Error(diagnostics.map((d) => d.message).join("; "));
  return read;
}

export function initialStore(net: Network, seed = 1): ParameterStore {
  const store = new Map<string, Parameter>();
  for (const layer of net.layers) {
    for (const weight of layer.weights) {
      const { key, shape, trainable } = weight;
      store.set(key, { key, shape, trainable, data: initialValues(layer, weight, seed) });
    }
  }
  return store;
}

/** A Sequential topology: `[class, config]` per layer; the first has the input shape. */
export function chain(
  shape: readonly number[],
  ...layers: readonly (readonly [string, { [key: string]: Json }])[]
): unknown {
  return {
    class_name: "Sequential",
    config: {
      name: "chain",
      layers: layers.map(([class_name, config], i) => ({
        class_name,
        config: { name: `l${i}`, ...(i === 0 ? { batch_input_shape: [null, ...shape] } : {}), ...config },
      })),
    },
  };
}

export function labels(classes: number, ...data: number[]): Labels {
  return { kind: "labels", classes, data: Int32Array.from(data) };
}

export function dense(shape: readonly number[], ...data: number[]): Dense {
  return { kind: "dense", shape, data: Float32Array.from(data) };
}

export function parameter(store: ParameterStore, key: string): Parameter {
  const found = store.get(key);
  if (!found) throw new Error(`no ${key} among ${[...store.keys()].join(", ")}`);
  return found;
}
