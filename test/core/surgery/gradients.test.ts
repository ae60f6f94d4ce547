import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, LayerInfo, Network } from "../../../core/network/types.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { randomDead } from "../../helpers/masks.js";
import { namedNetworks } from "../../helpers/networks.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { loadStock, randomInputs, randomStore, seeded } from "../../helpers/stock.js";

function read(model: Json): Network {
  const { network } = readNetwork(model);
  if (!network) throw new Error("not read");
  return network;
}

/** Gradients of a loss by stock TensorFlow.js, by weight key. */
async function gradients(
  network: Network,
  store: ParameterStore,
  inputs: readonly Float32Array[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const model = await loadStock(network, store);
  const found = new Map<string, Float32Array>();
  tf.tidy(() => {
    const fed = network.inputs.map((t, i) => {
      const shape = (network.tensors[t]?.shape ?? []).slice(1).map((n) => n ?? 1);
      return tf.tensor(inputs[i] ?? new Float32Array(0), [2, ...shape]);
    });
    const variables = new Map<string, tf.Variable>();
    for (const w of model.trainableWeights) {
      const value = w.read();
      if (value instanceof tf.Variable) variables.set(w.originalName, value);
    }
    const { grads } = tf.variableGrads(() => {
      const y = model.apply(fed.length === 1 && fed[0] ? fed[0] : fed, { training: false });
      const list = Array.isArray(y) ? y : [y];
      const sums = list.flatMap((t) => (t instanceof tf.Tensor ? [tf.sum(tf.square(tf.sub(t, 0.3)))] : []));
      return tf.reshape<tf.Rank.R0>(
        sums.reduce((a, b) => tf.add(a, b)),
        [],
      );
    }, [...variables.values()]);
    for (const weight of network.layers.flatMap((layer) => layer.weights)) {
      const variable = variables.get(weight.savedAs);
      const gradient = variable ? grads[variable.name] : undefined;
      if (gradient) found.set(weight.key, Float32Array.from(gradient.dataSync()));
    }
  });
  model.dispose();
  return found;
}

function largest(values: Float32Array): number {
  return values.reduce((worst, x) => Math.max(worst, Math.abs(x)), 0);
}

/** Stock TensorFlow.js has no gradient for a batch norm that lacks γ or β, nor for dilation or thresholds. */
function withoutGradient(layer: LayerInfo): boolean {
  const dilation = layer.config["dilation_rate"];
  const dilated = Array.isArray(dilation) && dilation.some((d) => d !== 1);
  return (
    dilated ||
    layer.className === "ThresholdedReLU" ||
    (layer.className === "BatchNormalization" && layer.weights.length < 4)
  );
}

const MODELS: readonly Json[] = [
  ...[...namedNetworks]
    .filter(([name]) => name !== "conv lstm" && name !== "volume")
    .map(([, make]) => make()),
  ...Array.from({ length: 25 }, (_, seed) => randomNetwork(seeded(seed + 300)).model),
];

describe("gradients of a masked network", () => {
  it("are those of the slimmed network wherever something lives", async () => {
    for (const [i, model] of MODELS.entries()) {
      const network = read(model);
      if (network.layers.some(withoutGradient)) continue;
      const random = seeded(i);
      const store = randomStore(network, random);
      const isDead = randomDead(network, 0.4, random);
      const inputs = randomInputs(network, 2, random);
      zeroChannels(network, store, isDead);
      const masked = await gradients(network, store, inputs);
      const { slimming } = slim(network, isDead);
      if (!slimming) throw new Error("not slimmed");
      const slimmed = await gradients(slimming.network, slimStore(slimming, store), inputs);
      const scale = Math.max(...[...masked.values()].map(largest));
      for (const [key, gradient] of masked) {
        const cut = slimming.cut(key, gradient) ?? new Float32Array(0);
        const other = slimmed.get(key) ?? new Float32Array(0);
        expect(cut.length).toBe(other.length);
        const worst = largest(cut.map((g, at) => g - (other[at] ?? NaN)));
        expect(worst, `network ${i}: ${key}`).toBeLessThanOrEqual(1e-5 * (1 + scale));
      }
    }
  });
});
