import { channelsFirst, heldLayer } from "../network/json.js";
import { layerFamily } from "../network/layers/index.js";
import type { LayerInfo, Network } from "../network/types.js";
import { once } from "../tables.js";
import type { Guard } from "./guard.js";

/** Where the units of some gates are read as the last axis of what a layer is handed. */
export interface Reads {
  /** By layer (index): the unit of each place of that axis, −1 for none. */
  readonly units: ReadonlyMap<number, Int32Array>;
  /** Weights that read them there and nowhere else: what is multiplied in front of them need not multiply them. */
  readonly keys: ReadonlySet<string>;
}

/** Families whose layers do with their input nothing but contract it with kernels. */
const contracting: ReadonlySet<string> = new Set(["dense", "conv", "depthwise", "recurrent"]);

/**
 * The layers in front of which a draw for every example can act. States of recurrent layers, tables and several inputs are not among
 * them: their weights are multiplied. `taken` are those that others have.
 */
export function readsOf(network: Network, { parts, unitOf }: Guard, taken: ReadonlySet<number>): Reads {
  const units = new Map<number, Int32Array>();
  const keys = new Set<string>();
  if (unitOf === null) return { units, keys };
  network.layers.forEach((layer, index) => {
    const ids = taken.has(index) ? null : inputOf(network, layer, index);
    if (ids === null) return;
    const reading = layer.weights.filter(
      ({ key, bindings }) =>
        parts.has(key) && bindings.every(({ role, ids: own }) => role !== "in" || alike(own, ids)),
    );
    if (reading.length === 0) return;
    units.set(
      index,
      ids.map((id) => unitOf[id] ?? -1),
    );
    for (const { key } of reading) keys.add(key);
  });
  return { units, keys };
}

/** Channel numbers of the input of a layer, the same in all its calls; null where there is no such thing. */
function inputOf({ calls, tensors }: Network, layer: LayerInfo, index: number): Int32Array | null {
  if (!contracting.has(layerFamily(layer))) return null;
  const own = calls.filter((call) => call.layer === index);
  const [first] = own;
  const ids = tensors[first?.inputs[0] ?? -1]?.ids ?? null;
  if (ids === null) return null;
  const same = own.every(({ inputs }) => {
    const there = tensors[inputs[0] ?? -1]?.ids ?? null;
    return inputs.length === 1 && there !== null && alike(there, ids);
  });
  return same ? ids : null;
}

function alike(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]));
}

/**
 * Kernels whose layers are linear in them and have no other: noise on the weights is drawn where it arrives, in the sums (local
 * reparametrisation). The builders of these layers ask for it (`runtime/executor/layers/local.ts`).
 */
export const localKernels = once((network: Network): ReadonlySet<string> => {
  const keys = new Set<string>();
  for (const layer of network.layers) {
    const kernels = layer.weights.filter(({ isKernel }) => isKernel);
    const [kernel, ...others] = kernels;
    const family = layerFamily(layer);
    const inner = heldLayer(layer.config["layer"])?.config ?? {};
    if (kernel === undefined || others.length > 0 || channelsFirst(layer.config) || channelsFirst(inner))
      continue;
    if (family === "dense" || family === "conv" || family === "depthwise") keys.add(kernel.key);
  }
  return keys;
});
