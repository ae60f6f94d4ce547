import type { OptimizerIr } from "../ir/types.js";

/** Rates at which an optimizer trains where none is written. */
export const usualRates: Readonly<Record<OptimizerIr["name"], number>> = {
  sgd: 0.01,
  adam: 1e-3,
  adamw: 1e-3,
  rmsprop: 1e-3,
};
