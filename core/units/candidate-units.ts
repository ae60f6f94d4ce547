import type { Network, Unit } from "../network/types.js";
import { addTo } from "../tables.js";
import { makesUnits, unitsRead } from "./candidates.js";
import type { StructureName } from "./candidates.js";
import type { PruneIr } from "../ir/types.js";
import { familiesOf } from "./siblings.js";

/** The removable units in the scope of a statement, and the selected layers in which each is scored. */
export interface Candidates {
  /** Ascending by root. */
  readonly units: readonly Unit[];
  /** By unit: layer indices, ascending: its producers of the structure's kind, or for `channels` the selected layers that read it. */
  readonly members: readonly (readonly number[])[];
}

/**
 * The units that a channelwise structure (filters, neurons, units, channels) addresses in these layers. A unit made by several layers
 * of the structure's kind is a candidate only where all of them are selected; layers of another kind (the gate of a
 * squeeze-and-excitation block among `filters`) come along. `joins skip` leaves out tied channels.
 */
export function candidateUnits(
  network: Network,
  structure: StructureName,
  layers: readonly number[],
  joins: PruneIr["joins"] = "couple",
): Candidates {
  const selected = new Set(layers);
  const { groups, groupOf } = familiesOf(network);
  const readers = structure === "channels" ? readersOf(network, layers) : null;
  // The producers of the structure's kind, none of them unless all are selected.
  const makers = groups.map(({ producers }) => {
    const own = producers.filter((index) => {
      const layer = network.layers[index];
      return layer !== undefined && makesUnits(layer, structure);
    });
    return own.every((producer) => selected.has(producer)) ? own : [];
  });
  const units: Unit[] = [];
  const members: (readonly number[])[] = [];
  network.units.forEach((unit, i) => {
    if (joins === "skip" && unit.channels.length > 1) return;
    const own = readers === null ? makers[groupOf[i] ?? -1] : readers.get(unit.root);
    if (own === undefined || own.length === 0) return;
    units.push(unit);
    members.push(own);
  });
  return { units, members };
}

/**
 * The units that a statement without a structure (`harden masks in …`, `load masks …`) means by these layers (paths): those that
 * some structure addresses by what makes them.
 */
export function selectedUnits(network: Network, paths: readonly string[]): readonly Unit[] {
  const wanted = new Set(paths);
  const layers = [...network.layers.keys()].filter((index) => wanted.has(network.layers[index]?.path ?? ""));
  const found = new Set(
    (["filters", "neurons"] as const).flatMap(
      (structure) => candidateUnits(network, structure, layers).units,
    ),
  );
  return network.units.filter((unit) => found.has(unit));
}

function readersOf(network: Network, layers: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, number[]>();
  for (const index of [...layers].sort((a, b) => a - b)) {
    const layer = network.layers[index];
    if (layer === undefined) continue;
    for (const root of unitsRead(network, layer)) addTo(readers, root, index);
  }
  return readers;
}
