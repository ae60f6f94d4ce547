import type { LayerInfo, Network, WeightInfo } from "../network/types.js";
import type { ParameterStore, Slots } from "../parameters.js";

/** True for channels that are dead; constant on every unit. */
export type IsDead = (channel: number) => boolean;

/**
 * Zeroes every member of the dead channels in place: kernel slices, bias, γ, β, moving mean, alpha, gate blocks,
 * recurrent rows and columns, and the slices of the kernels that read them. The moving variance stays, or becomes
 * 1 where there is no γ. Optimizer slots are zeroed at the same places. Returns the keys of what was touched.
 */
export function kill(
  network: Network,
  store: ParameterStore,
  isDead: IsDead,
  slots?: Slots,
): readonly string[] {
  const touched: string[] = [];
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      const parameter = store.get(weight.key);
      if (!parameter) continue;
      if (weight.name === "moving_variance") {
        if (!hasScale(layer) && fillSlices(weight, parameter.data, isDead, 1)) touched.push(weight.key);
        continue;
      }
      if (!fillSlices(weight, parameter.data, isDead, 0)) continue;
      touched.push(weight.key);
      for (const slot of Object.values(slots?.get(weight.key) ?? {})) fillSlices(weight, slot, isDead, 0);
    }
  }
  return touched;
}

/** Zeroes whole variables and their optimizer slots: the last shifts of branches that went (`Collapse.silenced`). */
export function silence(store: ParameterStore, keys: readonly string[], slots?: Slots): void {
  for (const key of keys) {
    store.get(key)?.data.fill(0);
    for (const slot of Object.values(slots?.get(key) ?? {})) slot.fill(0);
  }
}

function hasScale(layer: LayerInfo): boolean {
  return layer.weights.some((weight) => weight.name === "gamma");
}

/** Indices of the dead along one axis. */
export function deadIndices(ids: Int32Array, isDead: IsDead): readonly number[] {
  const out: number[] = [];
  ids.forEach((id, i) => {
    if (isDead(id)) out.push(i);
  });
  return out;
}

/**
 * Writes `value` into all slices of dead channels of an array that has the weight's shape. Row by row: whole blocks
 * for leading axes, short lists of columns for the last. False when no channel of the weight is dead.
 */
export function fillSlices(weight: WeightInfo, data: Float32Array, isDead: IsDead, value: number): boolean {
  let any = false;
  for (const { axis, ids } of weight.bindings) {
    const dead = deadIndices(ids, isDead);
    if (dead.length === 0) continue;
    any = true;
    const inner = weight.shape.slice(axis + 1).reduce((n, size) => n * size, 1);
    const row = inner * ids.length;
    if (row === 0) continue;
    for (let start = 0; start < data.length; start += row) {
      if (inner === 1) for (const i of dead) data[start + i] = value;
      else for (const i of dead) data.fill(value, start + i * inner, start + (i + 1) * inner);
    }
  }
  return any;
}
