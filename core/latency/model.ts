import { LiveCounts } from "../network/costs.js";
import type { Network } from "../network/types.js";
import { thinned, timedCalls } from "./calls.js";
import { isWhole, wholeTime, type LatencyRow, type LatencyTable } from "./table.js";

/** A table in use on the network it was measured for. */
export interface LatencyModel {
  readonly table: LatencyTable;
  /** Of every call that has one, by `CallInfo.origin`. */
  readonly rows: ReadonlyMap<number, LatencyRow>;
  /** Milliseconds of a prediction that no call is known to take: inputs and outputs, and calls that are not timed. */
  readonly besides: number;
  /** What the sum of the calls is multiplied by: together they may take more, or less, than one by one. */
  readonly scale: number;
}

/** The layers of a network that a table has no times of, by path. */
export const layersWithoutTimes = (network: Network, { rows }: LatencyTable): readonly string[] => {
  const known = new Set(rows.filter(isWhole).map(({ key }) => key));
  return timedCalls(network).flatMap(({ key, layer }) => (known.has(key) ? [] : [layer.path]));
};

/**
 * A table brought onto the network as loaded, of which it predicts the time measured. How the time of the whole fell where the network was
 * thinner says what part of it follows its layers; the rest stays, whatever goes.
 */
export function latencyModel(network: Network, table: LatencyTable): LatencyModel {
  const known = new Map(table.rows.filter(isWhole).map((row) => [row.key, smoothed(row)]));
  const rows = new Map<number, LatencyRow>();
  for (const { origin, key } of timedCalls(network)) {
    const row = known.get(key);
    if (row !== undefined) rows.set(origin, row);
  }
  const sum = (kept: number): number =>
    sumOf(rows, network, new LiveCounts(thinned(network, kept)), () => true);
  const [whole, all] = [wholeTime(table), sum(1)];
  if (all === 0) return { table, rows, besides: whole, scale: 0 };
  let [fell, squares] = [0, 0];
  for (const { kept, ms } of table.wholes.slice(1)) {
    const less = all - sum(kept);
    fell += (whole - ms) * less;
    squares += less ** 2;
  }
  // Without a thinner network to go by, the layers take what they take alone.
  const follows = squares === 0 ? 1 : Math.max(0, fell / squares);
  const scale = Math.min(follows, whole / all);
  return { table, rows, besides: whole - scale * all, scale };
}

/** Milliseconds of a prediction with these channels alive, of the calls of layers that are used. */
export function predictLatency(
  { rows, besides, scale }: LatencyModel,
  network: Network,
  live: LiveCounts,
  uses: (layer: number) => boolean,
): number {
  return besides + scale * sumOf(rows, network, live, uses);
}

function sumOf(
  rows: LatencyModel["rows"],
  { calls, tensors }: Network,
  live: LiveCounts,
  uses: (layer: number) => boolean,
): number {
  let sum = 0;
  for (const { origin, layer, inputs, outputs } of calls) {
    const row = uses(layer) ? rows.get(origin) : undefined;
    if (row === undefined) continue;
    const count = (tensor: number | undefined, most: number): number => {
      const ids = tensors[tensor ?? -1]?.ids ?? null;
      return ids === null ? most : live.of(ids);
    };
    sum += timeAt(row, count(inputs[0], row.in.at(-1) ?? 1), count(outputs[0], row.out.at(-1) ?? 1));
  }
  return sum;
}

/** The time of a row at these counts: between those that were timed in a straight line along each axis, beyond them that of the nearest. */
export function timeAt(row: LatencyRow, read: number, made: number): number {
  const [i, way] = placeOf(row.in, read);
  const [o, across] = placeOf(row.out, made);
  const at = (a: number, b: number): number => row.ms[a * row.out.length + b] ?? 0;
  const along = (a: number): number =>
    across === 0 ? at(a, o) : at(a, o) + across * (at(a, o + 1) - at(a, o));
  return way === 0 ? along(i) : along(i) + way * (along(i + 1) - along(i));
}

/** The last count that is no larger, and how far from it to the next. */
function placeOf(counts: readonly number[], value: number): readonly [number, number] {
  const first = counts[0] ?? value;
  if (value <= first) return [0, 0];
  for (let i = 0; i + 1 < counts.length; i++) {
    const [low, high] = [counts[i] ?? 0, counts[i + 1] ?? 0];
    if (value < high) return [i, (value - low) / (high - low)];
  }
  return [counts.length - 1, 0];
}

/**
 * The same times, none of which falls where channels come: budgets look for the smallest cut that fits by halving, and what falls is
 * noise. Halfway between the least that lie above all before and the most that lie below all behind.
 */
function smoothed(row: LatencyRow): LatencyRow {
  const [rows, columns] = [row.in.length, row.out.length];
  const extreme = (choose: (...values: readonly number[]) => number, forward: boolean): readonly number[] => {
    const found = [...row.ms];
    const order = (n: number): readonly number[] =>
      Array.from({ length: n }, (_, i) => (forward ? i : n - 1 - i));
    const back = forward ? -1 : 1;
    for (const a of order(rows))
      for (const b of order(columns)) {
        const near = [
          ...(a + back >= 0 && a + back < rows ? [found[(a + back) * columns + b] ?? 0] : []),
          ...(b + back >= 0 && b + back < columns ? [found[a * columns + b + back] ?? 0] : []),
        ];
        found[a * columns + b] = choose(found[a * columns + b] ?? 0, ...near);
      }
    return found;
  };
  const [above, below] = [extreme(Math.max, true), extreme(Math.min, false)];
  return { ...row, ms: row.ms.map((_, i) => ((above[i] ?? 0) + (below[i] ?? 0)) / 2) };
}
