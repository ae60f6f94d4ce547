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
  const removable = new Set<number>();
  for (let id = 0; id < channels.count; id++) {
    if (made[id] === 1 && !removable.has(channels.find(id))) {
      const root = channels.find(id);
      if (!channels.protection(root)) removable.add(root);
    }
  }
  const { members, starts } = sortByRoot(channels);
  const units: Unit[] = [];
  for (const root of removable) {
    const own = members.subarray(starts[root], starts[root + 1]);
    units.push({ root, channels: own, producers: producersOf(channels, own) });
  }
  return units.sort((a, b) => a.root - b.root);
}

/** All channels ordered by root, and where those of each root start: one array for all units. */
function sortByRoot(channels: Channels): { readonly members: Int32Array; readonly starts: Int32Array } {
  const starts = new Int32Array(channels.count + 1);
  for (let id = 0; id < channels.count; id++) {
    const next = channels.find(id) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const at = starts.slice();
  const members = new Int32Array(channels.count);
  for (let id = 0; id < channels.count; id++) {
    const root = channels.find(id);
    const place = at[root] ?? 0;
    members[place] = id;
    at[root] = place + 1;
  }
  return { members, starts };
}

function producersOf(channels: Channels, own: Int32Array): readonly number[] {
  const producers: number[] = [];
  for (const id of own) {
    const layer = channels.producer[id] ?? -1;
    if (layer >= 0 && !producers.includes(layer)) producers.push(layer);
  }
  return producers.length > 1 ? producers.sort((a, b) => a - b) : producers;
}
