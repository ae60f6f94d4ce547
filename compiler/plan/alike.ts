import type { Network, Unit } from "../../core/network/types.js";

/**
 * Of each group of units: whether all of them stand equally often on every axis of every weight and product, so that it does not
 * matter to the costs which of them die.
 */
export function alike(network: Network, groups: readonly (readonly Unit[])[]): readonly boolean[] {
  const { count, find } = network.channels;
  const groupOf = new Int32Array(count).fill(-1);
  groups.forEach((units, group) => {
    for (const { root } of units) groupOf[root] = group;
  });
  const result = groups.map(() => true);
  const standing = new Int32Array(count);
  for (const ids of axesOf(network)) {
    const met = new Set<number>();
    for (const id of ids) {
      const root = find(id);
      const group = groupOf[root] ?? -1;
      if (group < 0) continue;
      met.add(group);
      standing[root] = (standing[root] ?? 0) + 1;
    }
    for (const group of met) {
      const units = groups[group] ?? [];
      const often = standing[units[0]?.root ?? -1];
      result[group] &&= units.every(({ root }) => standing[root] === often);
      for (const { root } of units) standing[root] = 0;
    }
  }
  return result;
}

/** The axes of all weights and products: costs are sums of products of what lives on them. */
export function axesOf({ layers, calls }: Network): ReadonlySet<Int32Array> {
  const axes = new Set<Int32Array>();
  for (const { weights } of layers)
    for (const { bindings } of weights) for (const { ids } of bindings) axes.add(ids);
  for (const { macs } of calls)
    for (const { out, in: reads } of macs)
      for (const ids of [out, reads]) if (ids !== undefined) axes.add(ids);
  return axes;
}
