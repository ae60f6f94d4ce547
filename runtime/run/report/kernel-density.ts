import type { LayerInfo } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";

/** Kernel weights of a layer: how many, and how many of them are not zero. */
export function kernelDensity(
  layer: LayerInfo,
  parameters: ParameterStore,
): { readonly all: number; readonly nonzero: number } {
  let [all, nonzero] = [0, 0];
  for (const weight of layer.weights) {
    const data = weight.isKernel ? parameters.get(weight.key)?.data : undefined;
    if (data === undefined) continue;
    all += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] !== 0) nonzero++;
  }
  return { all, nonzero };
}
