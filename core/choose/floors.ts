import { floorOf, type KeepingFloor } from "../schedule/amounts.js";
import type { Unit } from "../network/types.js";
import { ranked, selectRange, type Ranking } from "./select.js";
import { countUnits } from "../units/groups.js";
import { familiesOf, type Families } from "../units/siblings.js";
import type { Space } from "../units/space.js";

/** The layers whose floors a death counts against, per unit, and how many more deaths each of them bears. */
export interface Floors {
  /** Layers of a unit. */
  layersOf(unit: number): readonly number[];
  /** Deaths that each layer still bears. */
  readonly room: Int32Array;
}

/** Floors of a space: `open` units count as living (they may die now). */
export function floorsOf(space: Space, keeping: KeepingFloor, collapse: boolean, open: Uint8Array): Floors {
  const units = space.channelUnits;
  if (units === null) {
    const room = Int32Array.from(space.layers, ({ start, end, total }) => {
      const alive = countUnits({ from: start, to: end }, open);
      return Math.max(0, alive - floorOf(keeping, total, collapse));
    });
    const layerOf = (unit: number) => space.layers.findIndex(({ end }) => unit < end);
    return { layersOf: (unit) => [layerOf(unit)], room };
  }
  const { families, layersOf, totals } = makersOf(space, units);
  const alive = new Int32Array(totals.length);
  families.groups.forEach(({ members }, i) => {
    const opened = countUnits(members, open);
    for (const layer of layersOf[i] ?? []) alive[layer] = (alive[layer] ?? 0) + opened;
  });
  return {
    layersOf: (unit) => layersOf[families.groupOf[unit] ?? -1] ?? [],
    room: alive.map((n, layer) => Math.max(0, n - floorOf(keeping, totals[layer] ?? 0, collapse))),
  };
}

/** The layers that make some units, numbered. */
interface Makers {
  readonly families: Families;
  /** By group of siblings: the numbers of its layers. */
  readonly layersOf: readonly (readonly number[])[];
  /** By number: units as loaded that the layer makes. */
  readonly totals: readonly number[];
  readonly loaded: Space["totals"];
}

/** Worked out once for each list of units. */
const makersByUnits = new WeakMap<readonly Unit[], Makers>();

function makersOf({ network, totals: loaded }: Space, units: readonly Unit[]): Makers {
  const known = makersByUnits.get(units);
  if (known?.loaded === loaded) return known;
  const families = familiesOf(network, units);
  const numbers = new Map<number, number>();
  const totals: number[] = [];
  const layersOf = families.groups.map(({ producers, members }) =>
    producers.map((layer) => {
      const number = numbers.get(layer) ?? numbers.size;
      numbers.set(layer, number);
      totals[number] = (totals[number] ?? 0) + members.length;
      return number;
    }),
  );
  for (const [layer, number] of numbers) {
    const path = network.layers[layer]?.path ?? "";
    let before = 0;
    for (const [key, count] of loaded) if (key.split("\n").includes(path)) before += count;
    totals[number] = Math.max(totals[number] ?? 0, before);
  }
  const found = { families, layersOf, totals, loaded };
  makersByUnits.set(units, found);
  return found;
}

/**
 * The `k` lowest of the open units so that no layer falls under its floor: in order of score, passing over units that a floor
 * holds. Returns how many were marked; `floors.room` is used up by them.
 */
export function selectAboveFloors(ranking: Ranking, k: number, floors: Floors, chosen: Uint8Array): number {
  if (ranking.space.channelUnits === null) return selectByLayers(ranking, k, floors, chosen);
  return (
    selectFreely(ranking, k, floors, chosen) ??
    selectInOrder(ranked(ranking.scores, ranking.open), k, floors, chosen)
  );
}

/** The `k` lowest, where no floor holds any of them, so that nothing has to be sorted; null where one does. */
function selectFreely(
  { space: { units }, scores, open }: Ranking,
  k: number,
  floors: Floors,
  chosen: Uint8Array,
): number | null {
  const lowest = new Uint8Array(units);
  const taken = selectRange(scores, open, 0, units, k, lowest);
  const room = floors.room.slice();
  for (let unit = 0; unit < units; unit++)
    if (lowest[unit] === 1) for (const layer of floors.layersOf(unit)) room[layer] = (room[layer] ?? 0) - 1;
  if (room.some((left) => left < 0)) return null;
  floors.room.set(room);
  for (let unit = 0; unit < units; unit++) if (lowest[unit] === 1) chosen[unit] = 1;
  return taken;
}

/** The first `k` of these units, in their order, that no floor holds; returns how many were marked. */
function selectInOrder(order: Int32Array, k: number, floors: Floors, chosen: Uint8Array): number {
  let taken = 0;
  for (const unit of order) {
    if (taken >= k) break;
    const layers = floors.layersOf(unit);
    if (layers.some((layer) => (floors.room[layer] ?? 0) <= 0)) continue;
    for (const layer of layers) floors.room[layer] = (floors.room[layer] ?? 0) - 1;
    chosen[unit] = 1;
    taken++;
  }
  return taken;
}

/** Layers do not share elements: those that would fall under their floor give what they can, the others the rest. */
function selectByLayers(
  { space, scores, open }: Ranking,
  k: number,
  floors: Floors,
  chosen: Uint8Array,
): number {
  const rest = open.slice();
  let left = k;
  let taken = 0;
  for (;;) {
    const trial = new Uint8Array(space.units);
    selectRange(scores, rest, 0, space.units, left, trial);
    const counts = space.layers.map(({ start, end }) => countUnits({ from: start, to: end }, trial));
    const full = counts.flatMap((count, layer) => (count > (floors.room[layer] ?? 0) ? [layer] : []));
    if (full.length === 0) {
      counts.forEach((count, layer) => {
        floors.room[layer] = (floors.room[layer] ?? 0) - count;
        taken += count;
      });
      for (let unit = 0; unit < trial.length; unit++) if (trial[unit] === 1) chosen[unit] = 1;
      return taken;
    }
    for (const layer of full) {
      const { start, end } = space.layers[layer] ?? { start: 0, end: 0 };
      const given = selectRange(scores, rest, start, end, floors.room[layer] ?? 0, chosen);
      floors.room[layer] = 0;
      taken += given;
      left -= given;
      rest.fill(0, start, end);
    }
  }
}
