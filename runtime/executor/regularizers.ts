import { field, isJsonObject } from "../../core/network/json.js";
import type { Json, Network } from "../../core/network/types.js";

/** λ₁·Σ|w| + λ₂·Σw² on one weight, as the layer's config asks. */
export interface Regularizer {
  readonly key: string;
  readonly l1: number;
  readonly l2: number;
}

/** 0.01 is what tfjs-layers takes for an amount that is not given. */
function amounts(value: Json): { l1: number; l2: number } | null {
  if (typeof value === "string") return { l1: 0.01, l2: 0.01 };
  if (!isJsonObject(value)) return null;
  const config = field(value, "config");
  const name = field(value, "class_name");
  const amount = (key: string): number => {
    const given = isJsonObject(config) ? field(config, key) : undefined;
    if (typeof given === "number") return given;
    return typeof name === "string" && /^l1_?l2$/i.test(name) ? 0.01 : 0;
  };
  return { l1: amount("l1"), l2: amount("l2") };
}

/** What the configs of a network's layers ask for, in network order. */
export function regularizersOf(network: Network): readonly Regularizer[] {
  return network.layers
    .flatMap((layer) => layer.weights)
    .flatMap(({ key, trainable, regularizer }): Regularizer[] => {
      const asked = trainable ? amounts(regularizer) : null;
      return asked && (asked.l1 !== 0 || asked.l2 !== 0) ? [{ key, ...asked }] : [];
    });
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
