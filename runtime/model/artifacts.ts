import { writtenConfig } from "../../core/network/dialect.js";
import type { JsonObject, Network } from "../../core/network/types.js";
import { mapConfigs } from "../../core/surgery/shrink.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";

/** A weight under the name by which stock `tf.loadLayersModel` finds it. */
export interface SavedWeight {
  readonly name: string;
  readonly parameter: Parameter;
}

/** All weights in network order, layer by layer. */
export function savedWeights(network: Network, store: ParameterStore): readonly SavedWeight[] {
  return network.layers.flatMap((layer) =>
    layer.weights.map((weight) => {
      const parameter = store.get(weight.key);
      if (!parameter) throw new Error(`the store has no \`${weight.key}\``);
      return { name: weight.savedAs, parameter };
    }),
  );
}

export function weightBytes(weights: readonly SavedWeight[]): number {
  return weights.reduce((sum, { parameter }) => sum + parameter.data.byteLength, 0);
}

/** The bytes of one weight as files hold them: little endian. */
export function bytesOf(parameter: Parameter): Uint8Array {
  const { data } = parameter;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * The text of model.json. The training config stands inside the topology, where Keras puts it and where stock does not
 * act on it: an optimizer that TensorFlow.js lacks would keep the model from loading.
 */
export function modelJson(network: Network, weights: readonly SavedWeight[], weightFile: string): string {
  const specs = weights.map(({ name, parameter }) => ({ name, shape: parameter.shape, dtype: "float32" }));
  return JSON.stringify({
    modelTopology: topologyOf(network),
    format: "layers-model",
    generatedBy: "TensorFlow.js tfjs-layers v4.22.0",
    convertedBy: null,
    weightsManifest: specs.length === 0 ? [] : [{ paths: [weightFile], weights: specs }],
  });
}

export function topologyOf({ topology, trainingConfig }: Network): JsonObject {
  const written = mapConfigs(topology, (_, config) => writtenConfig(config));
  return trainingConfig === null ? written : { ...written, training_config: trainingConfig };
}
