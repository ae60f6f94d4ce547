import { candidateUnits, producerKey } from "./candidate-units.js";
import type { CandidateUnit } from "./candidate-units.js";
import { kernelAxes } from "./element-units.js";
import type { PruneIr, StructureIr } from "../ir/types.js";
import type { LayerInfo, Network, WeightInfo } from "../network/types.js";
import { hideDeadChannels } from "./element-space.js";
import type { SpaceSource } from "./element-space.js";
import type { Part } from "./parts.js";
import type { Space, SpaceLayer } from "./space.js";
import { living } from "../masks/state.js";
import type { MaskState } from "../masks/state.js";

/** Units made of channels (filters, neurons, units, channels) in these layers (paths). */
export function channelSpace(
  source: SpaceSource,
  structure: StructureIr,
  paths: readonly string[],
  joins: PruneIr["joins"],
): Space {
  const { original, network, parameters, state } = source;
  const loaded = candidateUnits(original, structure.name, indicesOf(original, paths), joins);
  const found = candidateUnits(network, structure.name, indicesOf(network, paths), joins);
  const totals = new Map<string, number>();
  const layerTotals = new Map<string, number>();
  for (const { unit, members } of loaded) {
    add(totals, producerKey(original, unit));
    for (const member of members) add(layerTotals, original.layers[member]?.path ?? "");
  }
  const unitOfRoot = new Map(found.map(({ unit }, i) => [unit.root, i] as const));
  const { layers, parts, entryUnit } = layOut(source, structure, found, layerTotals, (channel) =>
    unitOfRoot.get(network.channels.find(channel)),
  );
  return {
    structure,
    network,
    parameters,
    state,
    layers,
    parts,
    units: found.length,
    entries: entryUnit.length,
    entryUnit,
    elementary: false,
    status: Uint8Array.from(found, ({ unit }) => state.channels[unit.root] ?? living),
    channelUnits: found.map(({ unit }) => unit),
    total: loaded.length,
    totals,
  };
}

type UnitOf = (channel: number) => number | undefined;

function layOut(
  { network, original, state, parameters }: SpaceSource,
  structure: StructureIr,
  found: readonly CandidateUnit[],
  totals: ReadonlyMap<string, number>,
  unitOf: UnitOf,
) {
  const byLayer = new Map<number, number[]>();
  found.forEach(({ members }, unit) => {
    for (const member of members) {
      const list = byLayer.get(member);
      if (list === undefined) byLayer.set(member, [unit]);
      else list.push(unit);
    }
  });
  const role = structure.name === "channels" ? "in" : "out";
  const layers: SpaceLayer[] = [];
  const parts: Part[] = [];
  const entryUnit: number[] = [];
  for (const index of [...byLayer.keys()].sort((a, b) => a - b)) {
    const layer = network.layers[index];
    const units = byLayer.get(index);
    if (layer === undefined || units === undefined) continue;
    const start = entryUnit.length;
    const entryOf = new Map(units.map((unit, i) => [unit, start + i] as const));
    entryUnit.push(...units);
    for (const weight of layer.weights) {
      if (!weight.isKernel || !parameters.has(weight.key)) continue;
      parts.push(
        ...kernelParts(weight, layers.length, role, (channel) => entryOf.get(unitOf(channel) ?? -1), state),
      );
    }
    const shape = original.layers
      .find(({ path }) => path === layer.path)
      ?.weights.find((w) => w.isKernel)?.shape;
    layers.push({
      path: layer.path,
      index,
      start,
      end: entryUnit.length,
      total: totals.get(layer.path) ?? units.length,
      shape: shape ?? [],
    });
  }
  return { layers, parts, entryUnit: Int32Array.from(entryUnit) };
}

/** The slices of a kernel by entry: along the axis that makes (`out`) or reads (`in`) the channels. */
function kernelParts(
  weight: WeightInfo,
  layer: number,
  role: "in" | "out",
  entryOf: (channel: number) => number | undefined,
  state: MaskState,
): readonly Part[] {
  const rank = weight.shape.length;
  const { spatial, tall, wide, inputsLast } = kernelAxes(weight);
  const parts: Part[] = [];
  for (const { axis, ids, role: own } of weight.bindings) {
    if (own !== role || axis < rank - 2) continue;
    const entries = Int32Array.from(ids, (channel) => entryOf(channel) ?? -1);
    const rows = new Int32Array(spatial * tall);
    const cols = new Int32Array(wide);
    if (axis === rank - 1) cols.set(entries);
    else for (let r = 0; r < rows.length; r++) rows[r] = entries[r % tall] ?? -1;
    hideDeadChannels(weight, rows, cols, tall, state, axis);
    const carrier = axis === rank - 1 ? "cols" : "rows";
    parts.push({ key: weight.key, layer, rows, cols, tall, inputsLast, carrier });
  }
  return parts;
}

function indicesOf(network: Network, paths: readonly string[]): readonly number[] {
  const wanted = new Set(paths);
  return network.layers.flatMap((layer: LayerInfo, index) => (wanted.has(layer.path) ? [index] : []));
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
