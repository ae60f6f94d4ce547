import type { Network, Unit } from "../network/types.js";
import { entryOf } from "../tables.js";

/** Units made by the same layers: what `local` ranks together, and what floors hold together. */
export interface Siblings {
  /** Indices of the layers. */
  readonly producers: readonly number[];
  /** The same layers by path, joined by line breaks: the same before and after `slim`. */
  readonly key: string;
  /** Places in the list of units, ascending. */
  readonly members: Int32Array;
}

/** A list of units in groups of siblings. */
export interface Families {
  /** By their first unit. */
  readonly groups: readonly Siblings[];
  /** The group of each unit. */
  readonly groupOf: Int32Array;
}

/** Worked out once for each list of units: neither it nor a network ever changes. */
const known = new WeakMap<readonly Unit[], Families>();

/** Siblings are told by their list of producers, which units of a network share. */
export function familiesOf(network: Network, units: readonly Unit[] = network.units): Families {
  const before = known.get(units);
  if (before !== undefined) return before;
  const numbers = new Map<readonly number[], number>();
  const groupOf = new Int32Array(units.length);
  const members: number[][] = [];
  units.forEach(({ producers }, i) => {
    const number = entryOf(numbers, producers, () => members.push([]) - 1);
    groupOf[i] = number;
    members[number]?.push(i);
  });
  const groups = [...numbers.keys()].map((producers, number) => ({
    producers,
    key: producers.map((index) => network.layers[index]?.path ?? "").join("\n"),
    members: Int32Array.from(members[number] ?? []),
  }));
  const found = { groups, groupOf };
  known.set(units, found);
  return found;
}
