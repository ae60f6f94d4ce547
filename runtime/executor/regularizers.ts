import { amountsOf, type Amounts } from "../../core/network/amounts.js";
import type { LayerInfo, Network } from "../../core/network/types.js";
import { numberOf } from "../../core/network/layers/constants.js";
import { tf } from "../backend/tf.js";
import type { Onlooker } from "./plan.js";

/** On one weight, as the layer's config asks. */
export interface Regularizer extends Amounts {
  readonly key: string;
}

/** What the configs of a network's layers ask for, in network order. */
export function regularizersOf(network: Network): readonly Regularizer[] {
  return network.layers
    .flatMap((layer) => layer.weights)
    .flatMap(({ key, trainable, regularizer }): Regularizer[] =>
      trainable && regularizer ? [{ key, ...regularizer }] : [],
    );
}

/** Adds the gradients of the regularizers to `gradients` and returns their sum. `weights`: as they went up. */
export function regularize(
  regularizers: readonly Regularizer[],
  weights: (key: string) => Float32Array,
  gradients: ReadonlyMap<string, Float32Array>,
): number {
  let total = 0;
  for (const { key, l1, l2 } of regularizers) {
    const g = gradients.get(key);
    if (!g) continue;
    const w = weights(key);
    let absolute = 0;
    let square = 0;
    for (let i = 0; i < w.length; i++) {
      const x = w[i] ?? 0;
      absolute += Math.abs(x);
      square += x * x;
      g[i] = (g[i] ?? 0) + l1 * Math.sign(x) + 2 * l2 * x;
    }
    total += l1 * absolute + l2 * square;
  }
  return total;
}

/** What a layer asks of its own outputs; null for nothing. */
export function activityOf({ className, config, path }: LayerInfo): Amounts | null {
  if (className !== "ActivityRegularization")
    return amountsOf(config["activity_regularizer"], "activity_regularizer", path);
  return { l1: numberOf(config, "l1", 0), l2: numberOf(config, "l2", 0) };
}

/** Hands over the penalties on the outputs of layers, a mean over the batch as in Keras; null where no layer asks for one. */
export function activityOnlooker(network: Network, add: (penalty: tf.Scalar) => void): Onlooker | null {
  const asked = network.layers.map(activityOf);
  if (asked.every((amounts) => amounts === null)) return null;
  return (node, outputs) => {
    const amounts = asked[node.layer] ?? null;
    for (const y of amounts === null ? [] : outputs) {
      const absolute = tf.mul(amounts?.l1 ?? 0, tf.sum(tf.abs(y)));
      const square = tf.mul(amounts?.l2 ?? 0, tf.sum(tf.square(y)));
      add(tf.div<tf.Scalar>(tf.add(absolute, square), Math.max(1, y.shape[0] ?? 1)));
    }
    return outputs;
  };
}
