import { collapse } from "../network/collapse.js";
import type { LayerInfo, Network } from "../network/types.js";
import { layerFamily } from "../network/layers/index.js";

/** What goes when a layer goes: a branch that something leads round, with all layers that work for it alone. */
export interface Branch {
  /** Channels that die, ascending by root of their unit. */
  readonly roots: readonly number[];
  /** Selected layers (indices) that go with it. */
  readonly layers: readonly number[];
}

/**
 * The branches that selected layers stand for, in network order. A layer stands for one when the network still computes with all
 * that the layer makes (or, where its channels are tied to others, reads) gone. Layers of one branch are one unit.
 */
export function branchesOf(network: Network, layers: readonly number[]): readonly Branch[] {
  const found = new Map<string, { readonly roots: readonly number[]; readonly layers: number[] }>();
  for (const index of layers) {
    const layer = network.layers[index];
    if (layer === undefined) continue;
    for (const role of ["out", "in"] as const) {
      const gone = closure(network, ownUnits(network, layer, index, role));
      if (gone === null) continue;
      const key = gone.join();
      const known = found.get(key);
      if (known === undefined) found.set(key, { roots: gone, layers: [index] });
      else known.layers.push(index);
      break;
    }
  }
  return [...found.values()];
}

/** Roots of the units a layer makes or reads; empty unless all of them may go, and none is made by other layers too. */
function ownUnits(
  network: Network,
  layer: LayerInfo,
  index: number,
  role: "in" | "out",
): ReadonlySet<number> {
  const units = new Map(network.units.map((unit) => [unit.root, unit] as const));
  const roots = new Set<number>();
  for (const weight of layer.weights) {
    if (!weight.isKernel) continue;
    for (const binding of weight.bindings) {
      if (binding.role !== role) continue;
      for (const id of binding.ids) {
        const unit = units.get(network.channels.find(id));
        if (unit === undefined || unit.producers.length > 1) return new Set();
        if (role === "out" && unit.producers[0] !== index) return new Set();
        roots.add(unit.root);
      }
    }
  }
  return roots;
}

/** All units that die with these, or null where the network cannot do without. */
function closure(network: Network, roots: ReadonlySet<number>): readonly number[] | null {
  if (roots.size === 0) return null;
  const { isDead, diagnostics } = collapse(network, (channel) => roots.has(network.channels.find(channel)));
  if (diagnostics.length > 0) return null;
  return network.units.filter(({ root }) => isDead(root)).map(({ root }) => root);
}

/** Indices of the layers of these paths that may stand for a branch: convolutions and dense layers. */
export function branchLayers(network: Network, paths: readonly string[]): readonly number[] {
  const wanted = new Set(paths);
  return network.layers.flatMap((layer, index) => {
    const family = layerFamily(layer);
    return wanted.has(layer.path) && (family === "conv" || family === "dense") ? [index] : [];
  });
}
