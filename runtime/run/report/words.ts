import { counted, grouped } from "../../../core/ir/words.js";
import type { Network } from "../../../core/network/types.js";

export { counted, grouped };

/** A count of units by the name of their structure: "16 filters", "1 neuron", "736 weights by 2:4". */
export function countedUnits(n: number, structure: string): string {
  const ofWeights = structure.includes(":") && !structure.startsWith("blocks");
  if (ofWeights) return `${counted(n, "weights")} by ${structure}`;
  return counted(n, structure);
}

/** How many of these layers (paths) have a kernel: shifts and norms alone are not worth a count. */
export function kernelLayers(network: Network, paths: readonly string[]): number {
  const wanted = new Set(paths);
  return network.layers.filter(
    ({ path, weights }) => wanted.has(path) && weights.some(({ isKernel }) => isKernel),
  ).length;
}
