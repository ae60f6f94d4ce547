import { kernelDensity } from "./kernel-density.js";
import type { Session } from "./session.js";

/** Share of the kernel weights of the network as loaded that are there and not zero. */
export function density({ loaded, network, parameters }: Session): number {
  let [all, left] = [0, 0];
  for (const layer of loaded.layers)
    for (const weight of layer.weights)
      if (weight.isKernel) all += weight.shape.reduce((product, n) => product * n, 1);
  for (const layer of network.layers) {
    const { nonzero } = kernelDensity(layer, parameters);
    left += nonzero;
  }
  return all === 0 ? 1 : left / all;
}
