import { field, isJsonArray, isJsonObject } from "../../core/network/json.js";
import type { Json, JsonObject, Network } from "../../core/network/types.js";

/** λ₁·Σ|w| + λ₂·Σw² on one weight, as the layer's config asks. */
export interface Regularizer {
  readonly key: string;
  readonly l1: number;
  readonly l2: number;
}

/** Config fields by the name of the weight where the field is not `<weight>_regularizer`. */
const FIELDS = new Map([
  ["depthwise_kernel", "depthwise_regularizer"],
  ["pointwise_kernel", "pointwise_regularizer"],
  ["recurrent_kernel", "recurrent_regularizer"],
]);

/** 0.01 is what tfjs-layers takes for an amount that is not given. */
function amounts(value: Json | undefined): { l1: number; l2: number } | null {
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

/** The config that a weight's own layer has: of the inner layer for wrappers, of the cell for RNN. */
function ownConfig(config: JsonObject, name: string): JsonObject {
  for (const key of ["layer", "cell"]) {
    const inner = field(config, key);
    const held = isJsonObject(inner) ? field(inner, "config") : undefined;
    if (isJsonObject(held)) return ownConfig(held, name);
  }
  const cells = field(config, "cells");
  const index = Number(/(?:^|_)cell_(\d+)_/.exec(name)?.[1] ?? NaN);
  const cell = isJsonArray(cells) ? cells[index] : undefined;
  const held = isJsonObject(cell) ? field(cell, "config") : undefined;
  return isJsonObject(held) ? held : config;
}

/** What the configs of a network's layers ask for, in network order. */
export function regularizersOf(network: Network): readonly Regularizer[] {
  const out: Regularizer[] = [];
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      if (!weight.trainable) continue;
      const plain = weight.name.replace(/^(?:(?:forward|backward|cell_\d+)_)+/, "");
      const key = FIELDS.get(plain) ?? `${plain}_regularizer`;
      const found = amounts(field(ownConfig(layer.config, weight.name), key));
      if (found && (found.l1 !== 0 || found.l2 !== 0)) out.push({ key: weight.key, ...found });
    }
  }
  return out;
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
