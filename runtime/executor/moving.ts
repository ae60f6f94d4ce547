import type { ParameterStore } from "../../core/parameters.js";
import type { Places } from "../../core/masks/masked.js";
import type { MovingUpdate } from "./pass.js";
import { keepLatent } from "./variables.js";

/** Folds the statistics of a training pass into the masters; gives the keys that changed. */
export function moveStatistics(
  updates: readonly MovingUpdate[],
  store: ParameterStore,
  latent: Places,
): readonly string[] {
  const changed = new Set<string>();
  const fold = (key: string, batch: Float32Array, momentum: number): void => {
    const moving = store.get(key)?.data;
    if (!moving) return;
    keepLatent(moving, latent.get(key), () => {
      for (let i = 0; i < moving.length; i++) {
        const before = moving[i] ?? 0;
        moving[i] = before - (before - (batch[i] ?? 0)) * (1 - momentum);
      }
    });
    changed.add(key);
  };
  for (const update of updates) {
    fold(update.meanKey, update.mean, update.momentum);
    fold(update.varianceKey, update.variance, update.momentum);
  }
  return [...changed];
}
