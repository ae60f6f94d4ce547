import { dead } from "../masks/state.js";
import { zeroSlices } from "../network/layers/constants.js";
import type { Network } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";
import { weightsOf } from "../units/slices.js";
import { planAbsorption } from "./absorb-plan.js";

const none: ReadonlySet<number> = new Set();

/**
 * Units, by root, of which a file holds nothing but zeros in all kernels that make them, and which a `slim` would take out. Training
 * may leave them so: what has no weights passes little on to its gradients. Those that masks beside the file hold (`held`, codes by
 * channel) are none of them: they are dead.
 */
export function idleIn(network: Network, weights: ParameterStore, held?: Uint8Array): ReadonlySet<number> {
  const { absorbed } = planAbsorption(network, weights, () => false);
  const idle = new Set([...absorbed].filter((root) => held?.[root] !== dead));
  if (idle.size === 0) return none;
  for (const weight of weightsOf(network)) {
    const data = weight.isKernel ? weights.get(weight.key)?.data : undefined;
    for (const { axis, ids, role } of data === undefined ? [] : weight.bindings) {
      if (role === "in" || data === undefined) continue;
      const zeros = zeroSlices(weight, data, axis);
      ids.forEach((id, i) => zeros[i] !== true && idle.delete(network.channels.find(id)));
    }
  }
  return idle;
}
