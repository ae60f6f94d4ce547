import type { Network, Unit } from "../network/types.js";
import { layerFamily, unitsRead } from "./candidates.js";
import type { StructureName } from "./candidates.js";
import type { PruneIr } from "./types.js";

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
  for (const unit of network.units) {
    if (joins === "skip" && unit.channels.length > 1) continue;
    if (readers !== null) {
      const members = readers.get(unit.root);
      if (members !== undefined) found.push({ unit, members });
      continue;
    }
    const own = unit.producers.filter((producer) => isOfKind(network, producer, structure));
    if (own.length > 0 && own.every((producer) => selected.has(producer))) found.push({ unit, members: own });
  }
  return found;
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

/** The group of `local` that a unit counts in: its producing layers, by path. The same before and after `slim`. */
export function producerKey(network: Network, unit: Unit): string {
  return unit.producers.map((index) => network.layers[index]?.path ?? "").join("\n");
}
