import type { Network, Unit } from "../network/types.js";
import { layerFamily } from "../network/layers/index.js";
import { unitsRead } from "./candidates.js";
import type { StructureName } from "./candidates.js";
import type { PruneIr } from "../ir/types.js";

/** A removable unit in the scope of a statement, and the selected layers in which it is scored. */
export interface CandidateUnit {
  readonly unit: Unit;
  /** Layer indices, ascending: its producers of the structure's kind, or for `channels` the selected layers that read it. */
  readonly members: readonly number[];
}

/**
 * The units that a channelwise structure (filters, neurons, units, channels) addresses in these layers, ascending by root.
 * A unit made by several layers of the structure's kind is a candidate only where all of them are selected; layers of another
 * kind (the gate of a squeeze-and-excitation block among `filters`) come along. `joins skip` leaves out tied channels.
 */
export function candidateUnits(
  network: Network,
  structure: StructureName,
  layers: readonly number[],
  joins: PruneIr["joins"] = "couple",
): readonly CandidateUnit[] {
  const selected = new Set(layers);
  const found: CandidateUnit[] = [];
  const readers = structure === "channels" ? readersOf(network, layers) : null;
  const membersOf = selectedProducers(network, structure, selected);
  for (const unit of network.units) {
    if (joins === "skip" && unit.channels.length > 1) continue;
    if (readers !== null) {
      const members = readers.get(unit.root);
      if (members !== undefined) found.push({ unit, members });
      continue;
    }
    const members = membersOf(unit.producers);
    if (members.length > 0) found.push({ unit, members });
  }
  return found;
}

/**
 * The units that a statement without a structure (`harden masks in …`, `load masks …`) means by these layers (paths): those that
 * some structure addresses by what makes them.
 */
export function selectedUnits(network: Network, paths: readonly string[]): readonly Unit[] {
  const wanted = new Set(paths);
  const layers = [...network.layers.keys()].filter((index) => wanted.has(network.layers[index]?.path ?? ""));
  const found = new Set(
    (["filters", "neurons"] as const).flatMap((structure) =>
      candidateUnits(network, structure, layers).map(({ unit }) => unit),
    ),
  );
  return network.units.filter((unit) => found.has(unit));
}

/** The producers of the structure's kind, none of them unless all are selected: worked out once for each list of producers. */
function selectedProducers(
  network: Network,
  structure: StructureName,
  selected: ReadonlySet<number>,
): (producers: readonly number[]) => readonly number[] {
  const known = new Map<readonly number[], readonly number[]>();
  return (producers) => {
    const found = known.get(producers);
    if (found !== undefined) return found;
    const own = producers.filter((producer) => isOfKind(network, producer, structure));
    const members = own.every((producer) => selected.has(producer)) ? own : [];
    known.set(producers, members);
    return members;
  };
}

function readersOf(network: Network, layers: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, number[]>();
  for (const index of [...layers].sort((a, b) => a - b)) {
    const layer = network.layers[index];
    if (layer === undefined) continue;
    for (const root of unitsRead(network, layer)) {
      const list = readers.get(root);
      if (list === undefined) readers.set(root, [index]);
      else list.push(index);
    }
  }
  return readers;
}

function isOfKind(network: Network, index: number, structure: StructureName): boolean {
  const layer = network.layers[index];
  if (layer === undefined) return false;
  const family = layerFamily(layer);
  if (structure === "filters") return family === "conv";
  if (structure === "neurons") return family === "dense" || family === "recurrent";
  return family === "conv" || family === "dense" || family === "recurrent";
}

/** By the list of producers, which the units of a network share. */
const keys = new WeakMap<readonly number[], string>();

/** The group of `local` that a unit counts in: its producing layers, by path. The same before and after `slim`. */
export function producerKey(network: Network, { producers }: Unit): string {
  const known = keys.get(producers);
  if (known !== undefined) return known;
  const key = producers.map((index) => network.layers[index]?.path ?? "").join("\n");
  keys.set(producers, key);
  return key;
}
