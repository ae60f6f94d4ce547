import { structureKind } from "../ir/structure.js";
import { entryOf, once } from "../tables.js";
import { candidateUnits, type Candidates } from "./candidate-units.js";
import { kernelAxes } from "./element-units.js";
import type { PruneIr, StructureIr } from "../ir/types.js";
import type { Network, Unit, WeightInfo } from "../network/types.js";
import { hideDeadChannels } from "./element-space.js";
import type { SpaceSource } from "./element-space.js";
import type { Part } from "./parts.js";
import { familiesOf } from "./siblings.js";
import { channelStatus, type Space, type SpaceLayer } from "./space.js";
import type { MaskState } from "../masks/state.js";

/** Units made of channels (filters, neurons, units, channels) in these layers (paths). */
export function channelSpace(
  source: SpaceSource,
  structure: StructureIr,
  paths: readonly string[],
  joins: PruneIr["joins"],
): Space {
  const { original, network, parameters, state } = source;
  const found = layoutOf(network, structure, paths, joins);
  const loaded = network === original ? found : layoutOf(original, structure, paths, joins);
  const { layers, entryUnit, unitOf } = found;
  const role = structure === "channels" ? "in" : "out";
  const parts =
    parameters.size === 0
      ? []
      : layers.flatMap(({ index, start, end }, number): readonly Part[] => {
          const entryOf = new Map<number, number>();
          for (let entry = start; entry < end; entry++) entryOf.set(entryUnit[entry] ?? -1, entry);
          return (network.layers[index]?.weights ?? []).flatMap((weight) =>
            weight.isKernel && parameters.has(weight.key)
              ? kernelParts(weight, number, role, (channel) => entryOf.get(unitOf[channel] ?? -1), state)
              : [],
          );
        });
  return {
    kind: "channels",
    structure,
    network,
    parameters,
    state,
    layers: found === loaded ? layers : layers.map((layer) => asLoaded(layer, loaded)),
    parts,
    units: found.units.length,
    entries: entryUnit.length,
    entryUnit,
    elementary: false,
    status: channelStatus(found.units, found.roots, state),
    channelUnits: found.units,
    roots: found.roots,
    total: loaded.units.length + newIn(found, loaded),
    totals: loaded.totals,
  };
}

/** How many units were none as loaded: a branch that went tied each to a layer that is not meant. */
const newIn = (found: Layout, { unitOf }: Layout): number =>
  found.unitOf === unitOf
    ? 0
    : found.units.filter(({ channels }) => channels.every((channel) => (unitOf[channel] ?? -1) < 0)).length;

function asLoaded(layer: SpaceLayer, { layers }: Layout): SpaceLayer {
  const { total, shape } = layers.find(({ path }) => path === layer.path) ?? layer;
  return { ...layer, total: Math.max(total, layer.total), shape };
}

/** What of a space depends on the network alone. */
interface Layout {
  readonly units: readonly Unit[];
  readonly roots: Int32Array;
  /** The unit of a channel, −1 where it is of none. */
  readonly unitOf: Int32Array;
  /** Units by group of `local`. */
  readonly totals: ReadonlyMap<string, number>;
  readonly layers: readonly SpaceLayer[];
  readonly entryUnit: Int32Array;
}

/** Worked out once for each network and statement: a network never changes. */
const layoutsOf = once((_: Network) => new Map<string, Layout>());

function layoutOf(
  network: Network,
  structure: StructureIr,
  paths: readonly string[],
  joins: PruneIr["joins"],
): Layout {
  const kind = structureKind(structure);
  return entryOf(layoutsOf(network), [kind, joins, ...paths].join("\n"), () => {
    const wanted = new Set(paths);
    const indices = [...network.layers.keys()].filter((at) => wanted.has(network.layers[at]?.path ?? ""));
    return layOut(network, candidateUnits(network, kind, indices, joins));
  });
}

function layOut(network: Network, { units, members }: Candidates): Layout {
  const byLayer = new Map<number, number[]>();
  const unitOf = new Int32Array(network.channels.count).fill(-1);
  const roots = new Int32Array(units.length);
  // Units in a row have the same members, most often.
  let before: readonly number[] = [];
  let lists: readonly number[][] = [];
  units.forEach(({ root, channels }, number) => {
    roots[number] = root;
    for (const channel of channels) unitOf[channel] = number;
    const own = members[number] ?? [];
    if (own !== before) lists = own.map((member) => entryOf(byLayer, member, () => []));
    before = own;
    for (const list of lists) list.push(number);
  });
  const entryUnit: number[] = [];
  const layers = [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([index, numbers]): SpaceLayer => {
      const start = entryUnit.length;
      for (const number of numbers) entryUnit.push(number);
      const { path = "", weights = [] } = network.layers[index] ?? {};
      const shape = weights.find((weight) => weight.isKernel)?.shape ?? [];
      return { path, index, start, end: entryUnit.length, total: numbers.length, shape };
    });
  return {
    units,
    roots,
    unitOf,
    totals: new Map(familiesOf(network, units).groups.map(({ key, members: own }) => [key, own.length])),
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
