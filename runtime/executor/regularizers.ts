import type { Amounts } from "../../core/network/amounts.js";
import type { Network } from "../../core/network/types.js";

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
