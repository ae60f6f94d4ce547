import type { StructureIr } from "../../compiler/ir/types.js";
import { layerFamily } from "../../compiler/ir/candidates.js";
import { kernelAxes } from "../../compiler/ir/element-units.js";
import type { LayerInfo, Network, Unit } from "../../compiler/network/types.js";
import { collapse } from "../surgery/collapse.js";
import { hideDeadChannels } from "./element-space.js";
import type { SpaceSource } from "./element-space.js";
import type { Part } from "./parts.js";
import type { Space, SpaceLayer } from "./space.js";
import { dead, living } from "./state.js";

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

/** The branches that `prune layers` may take from these layers (paths). */
export function layerSpace(source: SpaceSource, structure: StructureIr, paths: readonly string[]): Space {
  const { original, network, parameters, state } = source;
  const loaded = branchesOf(original, indicesOf(original, paths));
  const present = new Set(network.units.map(({ root }) => root));
  const here = loaded.filter(({ roots }) => roots.some((root) => present.has(root)));
  const units = here.map(({ roots, layers }): Unit => {
    const members = network.units.filter(({ root }) => roots.includes(root));
    return {
      root: members[0]?.root ?? -1,
      channels: Int32Array.from(members.flatMap(({ channels }) => [...channels])),
      producers: layers,
    };
  });
  const layers: SpaceLayer[] = [];
  const parts: Part[] = [];
  here.forEach((branch, unit) => {
    const path = branch.layers.map((index) => original.layers[index]?.path ?? "").join(", ");
    layers.push({ path, index: branch.layers[0] ?? -1, start: unit, end: unit + 1, total: 1, shape: [] });
    for (const layer of network.layers.filter((one) => path.split(", ").includes(one.path))) {
      for (const weight of layer.weights) {
        if (!weight.isKernel || !parameters.has(weight.key)) continue;
        const { spatial, tall, wide, inputsLast } = kernelAxes(weight);
        const rows = new Int32Array(spatial * tall).fill(unit);
        const cols = new Int32Array(wide);
        hideDeadChannels(weight, rows, cols, tall, state);
        parts.push({ key: weight.key, layer: unit, rows, cols, tall, inputsLast, carrier: "rows" });
      }
    }
  });
  return {
    structure,
    network,
    parameters,
    state,
    layers,
    parts,
    units: units.length,
    entries: units.length,
    entryUnit: Int32Array.from(units.keys()),
    elementary: false,
    status: Uint8Array.from(units, (unit) =>
      unit.channels.every((channel) => state.channels[channel] !== living) ? dead : living,
    ),
    channelUnits: units,
    total: loaded.length,
    totals: new Map(),
  };
}

function indicesOf(network: Network, paths: readonly string[]): readonly number[] {
  const wanted = new Set(paths);
  return network.layers.flatMap((layer, index) => {
    const family = layerFamily(layer);
    return wanted.has(layer.path) && (family === "conv" || family === "dense") ? [index] : [];
  });
}

/**
 * The `k` lowest of the open branches (1) that can go together, in order of score: one that would cut the network in two with those
 * before it is passed over.
 */
export function chooseBranches(space: Space, order: Int32Array, k: number): Uint8Array {
  const { network, state } = space;
  const chosen = new Uint8Array(space.units);
  const gone = new Set<number>();
  let taken = 0;
  for (const unit of order) {
    if (taken >= k) break;
    const more = [...(space.channelUnits?.[unit]?.channels ?? [])].filter((channel) => !gone.has(channel));
    for (const channel of more) gone.add(channel);
    const { diagnostics } = collapse(
      network,
      (channel) => gone.has(channel) || state.channels[channel] === dead,
    );
    if (diagnostics.length === 0) {
      chosen[unit] = 1;
      taken++;
    } else for (const channel of more) gone.delete(channel);
  }
  return chosen;
}
