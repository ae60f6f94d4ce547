import type { Network } from "../network/types.js";
import type { IsDead } from "../network/costs.js";

/** Paths of the layers that would be left with an axis of no channels, in network order. */
export function emptiedLayers(network: Network, isDead: IsDead): readonly string[] {
  const known = new Map<Int32Array, boolean>();
  const empty = (ids: Int32Array | null): boolean => {
    if (!ids || ids.length === 0) return false;
    const before = known.get(ids);
    if (before !== undefined) return before;
    let now = true;
    for (let i = 0; now && i < ids.length; i++) now = isDead(ids[i] ?? -1);
    known.set(ids, now);
    return now;
  };
  const paths = new Set<string>();
  for (const layer of network.layers) {
    const axes = [...layer.weights.flatMap((weight) => weight.bindings), ...layer.sizes];
    if (axes.some((axis) => empty(axis.ids))) paths.add(layer.path);
  }
  for (const call of network.calls) {
    const path = network.layers[call.layer]?.path;
    if (path !== undefined && call.outputs.some((t) => empty(network.tensors[t]?.ids ?? null)))
      paths.add(path);
  }
  return [...paths];
}
