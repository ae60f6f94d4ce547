import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { weightsToHold } from "../../../compiler/network/hold.js";
import { readNetwork } from "../../../compiler/network/read.js";
import type { Json, LayerInfo, Network, WeightInfo } from "../../../compiler/network/types.js";
import { fillSlices, kill } from "../../../runtime/surgery/kill.js";
import { randomDead } from "../../helpers/masks.js";
import { namedNetworks } from "../../helpers/networks.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { loadStock, randomInputs, randomStore, seeded } from "../../helpers/stock.js";

function read(model: Json): Network {
  const { network } = readNetwork(model);
  if (!network) throw new Error("not read");
  return network;
}

/** Largest |gradient| at the dead slices of every variable of a killed network, computed by stock TensorFlow.js. */
async function deadGradients(network: Network, seed: number): Promise<ReadonlyMap<string, number>> {
  const random = seeded(seed);
  const store = randomStore(network, random);
  const isDead = randomDead(network, 0.4, random);
  kill(network, store, isDead);
  const model = await loadStock(network, store);
  const found = new Map<string, number>();
  const inputs = randomInputs(network, 2, random);
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
      if (gradient) found.set(weight.key, atDead(weight, Float32Array.from(gradient.dataSync()), isDead));
    }
  });
  model.dispose();
  return found;
}

function atDead(weight: WeightInfo, gradient: Float32Array, isDead: (channel: number) => boolean): number {
  const living = gradient.slice();
  fillSlices(weight, living, isDead, 0);
  return gradient.reduce((worst, g, i) => Math.max(worst, Math.abs(g - (living[i] ?? 0))), 0);
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

describe("weights that must be held", () => {
  it("are all that get a gradient at dead channels", async () => {
    const models = [
      ...[...namedNetworks]
        .filter(([name]) => name !== "conv lstm" && name !== "volume")
        .map(([, make]) => make()),
      ...Array.from({ length: 25 }, (_, seed) => randomNetwork(seeded(seed + 300)).model),
    ];
    let held = 0;
    let moved = 0;
    for (const [i, model] of models.entries()) {
      const network = read(model);
      if (network.layers.some(withoutGradient)) continue;
      const hold = weightsToHold(network);
      for (const [key, gradient] of await deadGradients(network, i)) {
        if (hold.has(key)) held++;
        if (gradient > 0) moved++;
        if (gradient > 0) expect([...hold], `network ${i}: ${key} gets ${gradient}`).toContain(key);
      }
    }
    expect(moved).toBeGreaterThan(20);
    expect(held).toBeLessThan(6 * moved);
  });

  it("are none where every activation is zero at zero", () => {
    const make = namedNetworks.get("residual, projected");
    expect([...weightsToHold(read(make?.() ?? null))]).toEqual([]);
  });
});
