import type { Channels, LayerInfo, Unit } from "./types.js";

/**
 * Removable units: not protected, and some layer makes their channels with a variable (role `out`; embeddings
 * included, which a selection by structure leaves out by their producers' class). Ascending by root. Units made by the
 * same layers share one list of producers.
 */
export function findUnits(channels: Channels, layers: readonly LayerInfo[]): readonly Unit[] {
  const made = madeRoots(channels, layers);
  const { first, next } = byRoot(channels);
  const units: Unit[] = [];
  const shared = producerLists();
  for (let root = 0; root < channels.count; root++) {
    if (made[root] !== 1 || channels.protection(root)) continue;
    const own: number[] = [];
    for (let id = first[root] ?? -1; id >= 0; id = next[id] ?? -1) own.push(id);
    units.push({ root, channels: own, producers: shared(producersOf(channels, own)) });
  }
  return units;
}

/** Roots of the channels that a variable makes. An axis that many variables share is looked at once. */
function madeRoots(channels: Channels, layers: readonly LayerInfo[]): Uint8Array {
  const axes = new Set<Int32Array>();
  for (const { weights } of layers)
    for (const { bindings } of weights)
      for (const { role, ids } of bindings) if (role === "out") axes.add(ids);
  const made = new Uint8Array(channels.count);
  for (const ids of axes) for (const id of ids) made[channels.find(id)] = 1;
  return made;
}

/** The channels of each root, ascending: the first of them, and the next after each, −1 at the end. */
function byRoot(channels: Channels): { readonly first: Int32Array; readonly next: Int32Array } {
  const first = new Int32Array(channels.count).fill(-1);
  const next = new Int32Array(channels.count);
  for (let id = channels.count - 1; id >= 0; id--) {
    const root = channels.find(id);
    next[id] = first[root] ?? -1;
    first[root] = id;
  }
  return { first, next };
}

function producersOf(channels: Channels, own: readonly number[]): readonly number[] {
  const producers: number[] = [];
  for (const id of own) {
    const layer = channels.producer[id] ?? -1;
    if (layer >= 0 && !producers.includes(layer)) producers.push(layer);
  }
  return producers.length > 1 ? producers.sort((a, b) => a - b) : producers;
}

/** Hands out one list for equal lists. Neighbouring units mostly have the same producers, so the last one is tried first. */
function producerLists(): (list: readonly number[]) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  let last: readonly number[] = [];
  return (list) => {
    if (list.length === last.length && list.every((layer, i) => layer === last[i])) return last;
    const key = list.join();
    last = known.get(key) ?? list;
    known.set(key, last);
    return last;
  };
}
