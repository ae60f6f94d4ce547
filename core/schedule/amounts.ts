import type { Counting } from "../ir/amounts.js";

/**
 * How many units an amount takes: plain counts, so that what is predicted before training and what a run does come from the
 * same arithmetic. A *group* is what one count is asked of: the whole scope when ranking globally, else a layer (or a set of
 * layers that share their units, a row, a sign).
 */

/** An amount with its expressions evaluated. Shares are 0..1. */
export interface CountAmount {
  readonly kind: Counting;
  readonly value: number;
  /** Values of its own for the groups of these layers, by path. */
  readonly layers?: ReadonlyMap<string, number>;
}

export interface GroupCounts {
  /** Units of the network as loaded. */
  readonly total: number;
  /** Those that are dead now; what `slim` removed counts as dead. */
  readonly dead: number;
}

export type KeepingFloor = number | { readonly share: number };

/**
 * `round(share × n)`, halves up, within 0..n. Shares such as 0.145 that have no exact binary form are rounded as the decimal
 * number they were written as.
 */
export function shareOf(share: number, n: number): number {
  const exact = share * n;
  return Math.min(n, Math.max(0, Math.floor(exact + 0.5 + Math.abs(exact) * 1e-12)));
}

/** Units an amount asks to drop from a group, before floors and alignment; at most the living. */
export function askedDrops(amount: CountAmount, { total, dead }: GroupCounts): number {
  const alive = Math.max(0, total - dead);
  switch (amount.kind) {
    case "drop":
      return shareOf(amount.value, alive);
    case "count":
      return Math.min(alive, Math.max(0, Math.round(amount.value)));
    case "to":
      return Math.min(alive, Math.max(0, shareOf(amount.value, total) - dead));
    case "keep":
      return Math.max(0, alive - Math.max(0, Math.round(amount.value)));
  }
}

/** Units that have to stay alive of `total`: `keeping at least` rounds a share up. `collapse` lifts the floor. */
export function floorOf(keeping: KeepingFloor, total: number, collapse: boolean): number {
  if (collapse) return 0;
  const asked =
    typeof keeping === "number" ? Math.round(keeping) : Math.ceil(keeping.share * total - 1e-9 * total);
  return Math.min(total, Math.max(0, asked));
}

/**
 * Drops of one layer once its floor and alignment are kept. The kept count is raised to a multiple of `aligned`, or lowered
 * to one where the layer has no more living units; with neither possible nothing is dropped.
 */
export function allowedDrops(asked: number, alive: number, floor: number, aligned: number): number {
  const most = Math.max(0, alive - floor);
  const drops = Math.min(asked, most);
  if (drops <= 0 || aligned <= 1) return Math.max(0, drops);
  const up = Math.ceil((alive - drops) / aligned) * aligned;
  if (up <= alive) return alive - up;
  const down = up - aligned;
  return down >= Math.max(1, floor) ? alive - down : 0;
}

/** The share of all units that an amount leaves dead: what `erk` and `er` spread over the layers. */
export function resultingShare(amount: CountAmount, counts: GroupCounts): number {
  if (counts.total === 0) return 0;
  return (counts.dead + askedDrops(amount, counts)) / counts.total;
}

/**
 * Whole counts that add up to exactly `sum`, as near to `wanted` as can be (largest remainder, ties to the first), none over
 * its `limit`. What exceeds a limit goes to those with room.
 */
export function apportion(sum: number, wanted: readonly number[], limits: readonly number[]): number[] {
  const counts = wanted.map((value, i) => Math.min(limits[i] ?? 0, Math.max(0, Math.floor(value + 1e-9))));
  let left = sum - counts.reduce((a, b) => a + b, 0);
  const order = wanted
    .map((value, i) => ({ i, rest: value - Math.floor(value + 1e-9) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i)
    .map(({ i }) => i);
  while (left !== 0) {
    const before = left;
    for (const i of left > 0 ? order : [...order].reverse()) {
      const count = counts[i] ?? 0;
      if (left > 0 && count < (limits[i] ?? 0)) {
        counts[i] = count + 1;
        left--;
      } else if (left < 0 && count > 0) {
        counts[i] = count - 1;
        left++;
      }
      if (left === 0) break;
    }
    if (left === before) break;
  }
  return counts;
}
