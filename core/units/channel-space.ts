import { structureKind } from "../ir/structure.js";
import { candidateUnits, producerKey } from "./candidate-units.js";
import type { CandidateUnit } from "./candidate-units.js";
import { kernelAxes } from "./element-units.js";
import type { PruneIr, StructureIr } from "../ir/types.js";
import type { LayerInfo, Network, Unit, WeightInfo } from "../network/types.js";
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
  const key = [structureKind(structure), joins, ...paths].join("\n");
  const loaded = candidatesOf(original, key, structure, paths, joins);
  const found = candidatesOf(network, key, structure, paths, joins);
  const { layers, entryUnit } = found;
  const role = structure === "channels" ? "in" : "out";
  const unitOf = (channel: number) => found.unitOfRoot.get(network.channels.find(channel)) ?? -1;
  const parts =
    parameters.size === 0
      ? []
      : layers.flatMap(({ index, start, end }, number): readonly Part[] => {
          const entryOf = new Map<number, number>();
          for (let entry = start; entry < end; entry++) entryOf.set(entryUnit[entry] ?? -1, entry);
          return (network.layers[index]?.weights ?? []).flatMap((weight) =>
            weight.isKernel && parameters.has(weight.key)
              ? kernelParts(weight, number, role, (channel) => entryOf.get(unitOf(channel)), state)
              : [],
          );
        });
  return {
    structure,
    network,
    parameters,
    state,
    layers: layers.map((layer) => ({
      ...layer,
      total: loaded.layerTotals.get(layer.path) ?? layer.total,
      shape: shapeAsLoaded(original, layer.path),
    })),
    parts,
    units: found.units.length,
    entries: entryUnit.length,
    entryUnit,
    elementary: false,
    status: statusOf(found.roots, state),
    channelUnits: found.units,
    total: loaded.units.length,
    totals: loaded.totals,
  };
}

function statusOf(roots: Int32Array, { channels }: MaskState): Uint8Array {
  const status = new Uint8Array(roots.length);
  for (let unit = 0; unit < status.length; unit++) status[unit] = channels[roots[unit] ?? -1] ?? living;
  return status;
}

const shapeAsLoaded = (original: Network, path: string): readonly number[] =>
  original.layers.find((layer) => layer.path === path)?.weights.find((weight) => weight.isKernel)?.shape ??
  [];

/** What of a space depends on the network alone. */
interface Candidates {
  readonly units: readonly Unit[];
  readonly roots: Int32Array;
  readonly unitOfRoot: ReadonlyMap<number, number>;
  /** Units by group of `local`, and by layer. */
  readonly totals: ReadonlyMap<string, number>;
  readonly layerTotals: ReadonlyMap<string, number>;
  readonly layers: readonly SpaceLayer[];
  readonly entryUnit: Int32Array;
}

/** Worked out once for each network and statement: a network never changes. */
const candidatesByNetwork = new WeakMap<Network, Map<string, Candidates>>();

function candidatesOf(
  network: Network,
  key: string,
  structure: StructureIr,
  paths: readonly string[],
  joins: PruneIr["joins"],
): Candidates {
  const byStatement = candidatesByNetwork.get(network) ?? new Map<string, Candidates>();
  candidatesByNetwork.set(network, byStatement);
  const known = byStatement.get(key);
  if (known !== undefined) return known;
  const found = layOut(
    network,
    candidateUnits(network, structureKind(structure), indicesOf(network, paths), joins),
  );
  byStatement.set(key, found);
  return found;
}

function layOut(network: Network, candidates: readonly CandidateUnit[]): Candidates {
  const totals = new Map<string, number>();
  const byLayer = new Map<number, number[]>();
  candidates.forEach(({ unit, members }, number) => {
    const key = producerKey(network, unit);
    totals.set(key, (totals.get(key) ?? 0) + 1);
    for (const member of members) {
      const list = byLayer.get(member);
      if (list === undefined) byLayer.set(member, [number]);
      else list.push(number);
    }
  });
  const entryUnit: number[] = [];
  const layers = [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([index, numbers]): SpaceLayer => {
      const start = entryUnit.length;
      for (const number of numbers) entryUnit.push(number);
      const path = network.layers[index]?.path ?? "";
      return { path, index, start, end: entryUnit.length, total: numbers.length, shape: [] };
    });
  const units = candidates.map(({ unit }) => unit);
  return {
    units,
    roots: Int32Array.from(units.map(({ root }) => root)),
    unitOfRoot: new Map(units.map(({ root }, number) => [root, number])),
    totals,
    layerTotals: new Map(layers.map(({ path, total }) => [path, total])),
    layers,
    entryUnit: Int32Array.from(entryUnit),
  };
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
