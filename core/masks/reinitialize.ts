import { calledOf } from "../ir/defaults.js";
import type { CallIr } from "../ir/types.js";
import type { JsonObject } from "../network/types.js";
import { adapted, isAdaptation } from "./adapt.js";
import { initialValues } from "./initializers.js";
import { settle } from "./hold.js";
import type { Body } from "./state.js";

/**
 * Draws the weights of these layers (paths) anew under the same masks, by their own initializers or the one named, or makes kernels of what
 * they are (adapt.ts). Optimizer state and batch-norm statistics start over.
 */
export function reinitialize(
  body: Body,
  paths: readonly string[],
  by: CallIr | undefined,
  seed: number,
  round: number,
): void {
  const { network, parameters, slots } = body;
  const selected = new Set(paths);
  const adapt = by !== undefined && isAdaptation(by) ? adapted(body, by, seed, round) : undefined;
  for (const layer of network.layers) {
    if (!selected.has(layer.path)) continue;
    for (const weight of layer.weights) {
      const parameter = parameters.get(weight.key);
      if (parameter === undefined) continue;
      const made = weight.isKernel ? adapt?.(weight, parameter.data) : undefined;
      const initializer = by && weight.isKernel ? asKeras(by) : weight.initializer;
      parameter.data.set(made ?? initialValues(layer, { ...weight, initializer }, seed, round));
      for (const slot of Object.values(slots.get(weight.key) ?? {})) slot.fill(0);
    }
  }
  settle(body);
}

/** An initializer of the language as Keras names it: `normal(stddev: …)` and `uniform(limit: …)` have names and arguments of their own there. */
function asKeras(by: CallIr): JsonObject {
  const { name, args } = calledOf(by);
  switch (name) {
    case "normal":
      return { class_name: "RandomNormal", config: { ...args } };
    case "uniform": {
      const { limit } = args;
      const bounds = limit === undefined ? {} : { minval: -limit, maxval: limit };
      return { class_name: "RandomUniform", config: bounds };
    }
    default:
      return { class_name: name.replaceAll("-", "_"), config: { ...args } };
  }
}
