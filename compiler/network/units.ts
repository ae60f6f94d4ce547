import type { Channels, LayerInfo, Unit } from "./types.js";

/**
 * Removable units: not protected, and some layer makes their channels with a variable (role `out`; embeddings
 * included, which a selection by structure leaves out by their producers' class). Ascending by root.
 */
export function findUnits(channels: Channels, layers: readonly LayerInfo[]): readonly Unit[] {
  const made = new Uint8Array(channels.count);
  for (const layer of layers) {
    for (const weight of layer.weights) {
      for (const binding of weight.bindings) {
        if (binding.role === "out") for (const id of binding.ids) made[id] = 1;
      }
    }
  }
  const members = new Map<number, number[]>();
  const producible = new Set<number>();
  for (let id = 0; id < channels.count; id++) {
    const root = channels.find(id);
    const list = members.get(root);
    if (list) list.push(id);
    else members.set(root, [id]);
    if (made[id] === 1) producible.add(root);
  }
  const units: Unit[] = [];
  for (const [root, ids] of members) {
    if (!producible.has(root) || channels.protection(root)) continue;
    const producers = new Set<number>();
    for (const id of ids) {
      const layer = channels.producer[id] ?? -1;
      if (layer >= 0) producers.add(layer);
    }
    units.push({ root, channels: Int32Array.from(ids), producers: [...producers].sort((a, b) => a - b) });
  }
  return units.sort((a, b) => a.root - b.root);
}
