import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import type { Network } from "../../core/network/types.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";

/** Runs a network in stock TensorFlow.js: the oracle that a file of ours loads there and computes the same. */

export interface StockResult {
  /** One flat array for each output. */
  readonly outputs: readonly Float32Array[];
  /** `countParams()` of the loaded model. */
  readonly params: number;
}

/** The network as stock TensorFlow.js loads it, all its weights set by name. */
export async function loadStock(network: Network, store: ParameterStore): Promise<layers.LayersModel> {
  await tf.setBackend("cpu");
  const specs: tf.io.WeightsManifestEntry[] = [];
  const chunks: Uint8Array[] = [];
  for (const weight of network.layers.flatMap((layer) => layer.weights)) {
    const parameter = store.get(weight.key);
    if (!parameter) throw new Error(`no value for ${weight.key}`);
    const size = weight.shape.reduce((a, b) => a * b, 1);
    if (parameter.data.length !== size) throw new Error(`wrong size of ${weight.key}`);
    specs.push({ name: weight.savedAs, shape: [...weight.shape], dtype: "float32" });
    chunks.push(new Uint8Array(parameter.data.buffer, parameter.data.byteOffset, parameter.data.byteLength));
  }
  const bytes = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  const modelTopology: object = JSON.parse(JSON.stringify(network.topology));
  return layers.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: specs, weightData: bytes.buffer }),
  );
}

export async function runStock(
  network: Network,
  store: ParameterStore,
  inputs: readonly Float32Array[],
  batch: number,
): Promise<StockResult> {
  const model = await loadStock(network, store);
  try {
    const outputs = tf.tidy(() => {
      const fed = network.inputs.map((t, i) => {
        const shape = (network.tensors[t]?.shape ?? []).slice(1).map((n) => n ?? 1);
        return tf.tensor(inputs[i] ?? new Float32Array(0), [batch, ...shape]);
      });
      const first = fed[0];
      const y = model.predict(fed.length === 1 && first ? first : fed);
      return (Array.isArray(y) ? y : [y]).map((t) => Float32Array.from(t.dataSync()));
    });
    return { outputs, params: model.countParams() };
  } finally {
    model.dispose();
  }
}

/** Seeded uniform numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Random values for every variable; variances positive, batch-norm statistics away from their defaults. */
export function randomStore(network: Network, random: () => number): ParameterStore {
  const store: ParameterStore = new Map();
  for (const weight of network.layers.flatMap((layer) => layer.weights)) {
    const size = weight.shape.reduce((a, b) => a * b, 1);
    const fanIn = Math.max(1, size / (weight.shape[weight.shape.length - 1] ?? 1));
    const spread = weight.isKernel ? Math.sqrt(3 / fanIn) : 0.8;
    const positive = weight.name.endsWith("variance");
    const data = Float32Array.from({ length: size }, () =>
      positive ? 0.5 + random() : (2 * random() - 1) * spread,
    );
    const parameter: Parameter = { key: weight.key, shape: weight.shape, data, trainable: weight.trainable };
    store.set(weight.key, parameter);
  }
  return store;
}

/** Inputs for every network input; whole numbers where an embedding reads them. */
export function randomInputs(network: Network, batch: number, random: () => number): readonly Float32Array[] {
  return network.inputs.map((t) => {
    const shape = (network.tensors[t]?.shape ?? []).slice(1);
    const reader = network.calls.find((call) => call.inputs.includes(t));
    const layer = reader ? network.layers[reader.layer] : undefined;
    const rows = layer?.className === "Embedding" ? Number(layer.config["input_dim"]) : 0;
    const size = shape.reduce<number>((a, b) => a * (b ?? 1), batch);
    return Float32Array.from({ length: size }, () =>
      rows > 0 ? Math.floor(random() * rows) : 2 * random() - 1,
    );
  });
}

/** Largest |a − b| over 1 + largest |b|. */
export function distance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let worst = 0;
  let scale = 0;
  b.forEach((values, i) => {
    const other = a[i];
    if (!other || other.length !== values.length) worst = Infinity;
    values.forEach((value, j) => {
      worst = Math.max(worst, Math.abs((other?.[j] ?? NaN) - value));
      if (Number.isNaN(other?.[j]) || Number.isNaN(value)) worst = Infinity;
      scale = Math.max(scale, Math.abs(value));
    });
  });
  return worst / (1 + scale);
}
