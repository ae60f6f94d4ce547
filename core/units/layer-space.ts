import type { StructureIr } from "../ir/types.js";
import { branchesOf, branchLayers } from "./branches.js";
import { kernelAxes } from "./element-units.js";
import type { Unit } from "../network/types.js";
import { collapse } from "../network/collapse.js";
import { hideDeadChannels } from "./element-space.js";
import type { SpaceSource } from "./element-space.js";
import type { Part } from "./parts.js";
import { channelStatus, type Space, type SpaceLayer } from "./space.js";
import { dead } from "../masks/state.js";

/** The branches that `prune layers` may take from these layers (paths). */
export function layerSpace(source: SpaceSource, structure: StructureIr, paths: readonly string[]): Space {
  const { original, network, parameters, state } = source;
  const loaded = branchesOf(original, branchLayers(original, paths));
  const present = new Set(network.units.map(({ root }) => root));
  const here = loaded.filter(({ roots }) => roots.some((root) => present.has(root)));
  const units = here.map(({ roots, layers }): Unit => {
    const members = network.units.filter(({ root }) => roots.includes(root));
    return {
      root: members[0]?.root ?? -1,
      channels: members.flatMap(({ channels }) => channels),
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
    kind: "branches",
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
    status: channelStatus(units, null, state),
    channelUnits: units,
    roots: null,
    total: loaded.length,
    totals: new Map(),
  };
}

/**
 * The `k` lowest of the open branches (1) that can go together, in order of score: one that would cut the network in two with those
 * before it is passed over, and so is one that holds more branches than may still go. What lies inside a branch goes with it and
 * counts, so that no more go than are asked for.
 */
export function chooseBranches(space: Space, order: Int32Array, k: number): Uint8Array {
  const { network, state } = space;
  const chosen = new Uint8Array(space.units);
  const gone = new Set<number>();
  const channelsOf = (unit: number) => space.channelUnits?.[unit]?.channels ?? [];
  const isGone = (channel: number) => gone.has(channel) || state.channels[channel] === dead;
  let taken = 0;
  for (let before = -1; taken > before && taken < k;) {
    before = taken;
    for (const unit of order) {
      if (taken >= k) break;
      if (chosen[unit] === 1) continue;
      const more = channelsOf(unit).filter((channel) => !gone.has(channel));
      for (const channel of more) gone.add(channel);
      const inside = order.filter((other) => chosen[other] !== 1 && channelsOf(other).every(isGone));
      if (taken + inside.length <= k && collapse(network, isGone).diagnostics.length === 0) {
        for (const other of inside) chosen[other] = 1;
        taken += inside.length;
      } else for (const channel of more) gone.delete(channel);
    }
  }
  return chosen;
}
