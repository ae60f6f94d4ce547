import { adam, adamw } from "./adam.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";
import type { Optimizer, OptimizerName } from "./types.js";

const optimizers: Readonly<Record<OptimizerName, Optimizer>> = { sgd, adam, adamw, rmsprop };

export function optimizerNamed(name: OptimizerName): Optimizer {
  return optimizers[name];
}

/** Arguments every optimizer takes besides its own. */
export const commonArguments: readonly string[] = ["clip-norm", "clip-value"];
