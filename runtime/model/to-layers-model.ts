import type { Network } from "../../core/network/types.js";
import { layers, type tf } from "../backend/tf.js";
import type { ParameterStore } from "../../core/parameters.js";
import { bytesOf, savedWeights, topologyOf, weightBytes } from "./artifacts.js";

/** The network as plain objects and one buffer, which a worker can post and `tf.io` handlers save. */
export function modelArtifacts(network: Network, store: ParameterStore): ModelArtifacts {
  const weights = savedWeights(network, store);
  const data = new Uint8Array(weightBytes(weights));
  let at = 0;
  for (const { parameter } of weights) {
    data.set(bytesOf(parameter), at);
    at += parameter.data.byteLength;
  }
  return {
    modelTopology: { ...topologyOf(network) },
    weightSpecs: weights.map(({ name, parameter }) => ({
      name,
      shape: [...parameter.shape],
      dtype: "float32",
    })),
    weightData: data.buffer,
  };
}

/** As `tf.io.ModelArtifacts`. */
export interface ModelArtifacts {
  modelTopology: object;
  weightSpecs: tf.io.WeightsManifestEntry[];
  weightData: ArrayBuffer;
}

/** The network as a stock `tf.LayersModel` with weights of its own. Dispose it when it is no longer needed. */
export async function toLayersModel(network: Network, store: ParameterStore): Promise<layers.LayersModel> {
  const artifacts = modelArtifacts(network, store);
  const handler: tf.io.IOHandler = { load: () => Promise.resolve(artifacts) };
  return layers.loadLayersModel(handler);
}
