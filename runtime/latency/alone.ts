import type { TimedCall } from "../../core/latency/calls.js";
import { readNetwork } from "../../core/network/read.js";
import type { Json, LayerInfo, Network } from "../../core/network/types.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";

/** A network of one call alone that reads and makes so many channels; null where the layer cannot stand so. */
export function aloneNetwork(
  { layer, inputs, in: read, out: made }: TimedCall,
  reads: number,
  makes: number,
): Network | null {
  const [ofRead, ofMade] = [reads / (read.at(-1) ?? 1), makes / (made.at(-1) ?? 1)];
  const shares = layer.weights.some(({ bindings }) => bindings.some(({ role }) => role === "out"))
    ? ofMade
    : ofRead;
  const ofInputs = inputs.length === 1 ? ofRead : ofMade;
  const shapes = inputs.map((shape) => [
    null,
    ...shape.slice(1, -1),
    Math.max(1, Math.round((shape.at(-1) ?? 1) * ofInputs)),
  ]);
  const names = shapes.map((_, i) => `input_${i}`);
  const topology = {
    class_name: "Model",
    config: {
      name: "alone",
      layers: [
        ...shapes.map((shape, i) => ({
          name: names[i],
          class_name: "InputLayer",
          config: { batch_input_shape: shape, dtype: "float32", sparse: false, name: names[i] },
          inbound_nodes: [],
        })),
        {
          name: "timed",
          class_name: layer.className,
          config: { ...sized(layer, shares), name: "timed" },
          inbound_nodes: [names.map((name) => [name, 0, 0, {}])],
        },
      ],
      input_layers: names.map((name) => [name, 0, 0]),
      output_layers: [["timed", 0, 0]],
    },
  };
  return readNetwork(topology).network;
}

/** The config of a layer with so much of its channels. */
function sized({ config, sizes }: LayerInfo, share: number): Record<string, Json> {
  const changed = structuredClone(config) as Record<string, Json>;
  for (const { at, ids } of sizes) {
    let place: unknown = changed;
    for (const key of at.slice(0, -1)) place = (place as Record<string, unknown> | undefined)?.[key];
    const last = at.at(-1);
    if (typeof place === "object" && place !== null && last !== undefined)
      (place as Record<string, unknown>)[last] = Math.max(1, Math.round(ids.length * share));
  }
  return changed;
}

/** Weights to time with: their values do not matter to dense kernels. `own` has those that no layer declares. */
export function anyWeights(network: Network, own: ParameterStore = new Map()): ParameterStore {
  const store = new Map<string, Parameter>(own);
  for (const { weights } of network.layers)
    for (const { key, shape, trainable } of weights) {
      const data = new Float32Array(weightSize(shape)).fill(0.01);
      store.set(key, { key, shape, trainable, data });
    }
  return store;
}

const weightSize = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

/** Numbers that the weights of a network hold. */
export const weightsIn = ({ layers }: Network): number =>
  layers.reduce(
    (sum, { weights }) => sum + weights.reduce((all, { shape }) => all + weightSize(shape), 0),
    0,
  );
