import { adam, adamw } from "./adam.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";
import type { OptimizerName } from "../../core/ir/optimizers.js";
import type { Optimizer } from "./types.js";

const optimizers: Readonly<Record<OptimizerName, Optimizer>> = { sgd, adam, adamw, rmsprop };

export function optimizerNamed(name: OptimizerName): Optimizer {
  return optimizers[name];
}
