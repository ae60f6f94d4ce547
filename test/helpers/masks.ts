import type { Network } from "../../core/network/types.js";

/** Draws units to die, `share` of the removable ones, leaving at least one channel on every axis. */
export function randomDead(
  network: Network,
  share: number,
  random: () => number,
): (channel: number) => boolean {
  const axes = new Set<Int32Array>();
  for (const layer of network.layers) {
    for (const weight of layer.weights) for (const binding of weight.bindings) axes.add(binding.ids);
    for (const size of layer.sizes) axes.add(size.ids);
  }
  for (const tensor of network.tensors) if (tensor.ids) axes.add(tensor.ids);
  const places = new Map<number, Map<Int32Array, number>>();
  const left = new Map<Int32Array, number>();
  for (const ids of axes) {
    left.set(ids, ids.length);
    for (const id of ids) {
      const root = network.channels.find(id);
      const counts = places.get(root) ?? new Map<Int32Array, number>();
      counts.set(ids, (counts.get(ids) ?? 0) + 1);
      places.set(root, counts);
    }
  }
  const roots = network.units.map((unit) => unit.root);
  for (let i = roots.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const a = roots[i] ?? 0;
    roots[i] = roots[j] ?? 0;
    roots[j] = a;
  }
  const dead = new Set<number>();
  for (const root of roots) {
    if (dead.size >= Math.round(share * roots.length)) break;
    const on = [...(places.get(root) ?? [])];
    if (on.some(([ids, n]) => (left.get(ids) ?? 0) - n < 1)) continue;
    dead.add(root);
    for (const [ids, n] of on) left.set(ids, (left.get(ids) ?? 0) - n);
  }
  return (channel) => dead.has(network.channels.find(channel));
}
