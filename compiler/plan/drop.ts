import { allowedDrops, askedDrops, floorOf, resultingShare, type CountAmount } from "../ir/amounts.js";
import { erdosRenyiDead } from "../ir/erdos-renyi.js";
import type { PruneIr } from "../ir/types.js";
import { exactly, meet, total, type Interval } from "./interval.js";
import { deadOf, deadTogether, type State } from "./state.js";
import type { Pool } from "./world.js";

/** What one prune event does to the pools in its scope. */
export interface Dropped {
  /** Units asked for, where the state tells. */
  readonly nominal: number | null;
  /** Dead of each pool afterwards. */
  readonly dead: readonly Interval[];
  /** Dead of all of them. */
  readonly together: Interval;
}

/** The clauses that decide how many units go. */
export type DropRules = Pick<PruneIr, "scope" | "keeping" | "collapse" | "aligned" | "joins" | "manner">;

/** `amount` null: a threshold or another count that only a run can tell. */
export function drop(
  rules: DropRules,
  amount: CountAmount | null,
  pools: readonly Pool[],
  state: State,
): Dropped {
  const floors = pools.map((pool) => floorOf(rules.keeping, pool.total, rules.collapse));
  const most = pools.map((pool, i) => pool.total - (floors[i] ?? 0));
  // Soft and latent deaths are decided anew at every event: nothing counts as dead before it.
  const before = pools.map((pool) => (isRevocable(rules) ? exactly(0) : deadOf(state, pool)));
  const capped = (i: number, high: number): number =>
    Math.max(before[i]?.[1] ?? 0, Math.min(high, most[i] ?? 0));
  if (amount === null) {
    const dead = pools.map((_, i): Interval => [before[i]?.[0] ?? 0, capped(i, Infinity)]);
    return { nominal: null, dead, together: total(dead) };
  }
  const together = isRevocable(rules) ? exactly(0) : deadTogether(state, pools);
  switch (rules.scope.kind) {
    case "global":
      return globally(rules, amount, pools, before, together, most);
    case "er":
    case "erk":
      return byDensity(rules.scope.kind, amount, pools, before, together, most);
    default:
      return locally(rules, amount, pools, before, floors);
  }
}

export const isRevocable = ({ manner }: Pick<PruneIr, "manner">): boolean =>
  manner === "softly" || manner === "latently";

/** Dead afterwards of a pool that had `dead` dead, asked alone. */
function after(rules: DropRules, amount: CountAmount, pool: Pool, dead: number, floor: number): number {
  const asked = askedDrops(amount, { total: pool.total, dead });
  return dead + allowedDrops(asked, pool.total - dead, floor, rules.aligned);
}

function locally(
  rules: DropRules,
  amount: CountAmount,
  pools: readonly Pool[],
  before: readonly Interval[],
  floors: readonly number[],
): Dropped {
  let nominal: number | null = 0;
  const dead = pools.map((pool, i): Interval => {
    const [low, high] = before[i] ?? exactly(0);
    const asked = askedDrops(amount, { total: pool.total, dead: low });
    nominal = nominal === null || low !== high ? null : nominal + asked;
    const floor = floors[i] ?? 0;
    const least = after(rules, amount, pool, low, floor);
    return loosen(rules, pool, low, [least, Math.max(least, after(rules, amount, pool, high, floor))]);
  });
  return { nominal, dead, together: total(dead) };
}

/** Rows, signs and joins that must agree depend on values: up to what was asked, or a rounding more. */
function loosen(rules: DropRules, pool: Pool, before: number, [low, high]: Interval): Interval {
  if (rules.joins === "agree") return [before, high];
  if (rules.scope.kind === "sign") return [Math.max(before, low - 1), Math.min(pool.total, high + 1)];
  if (rules.scope.kind !== "row") return [low, high];
  const groups = pool.shape.slice(-1)[0] ?? 1;
  return [Math.max(before, low - groups), Math.min(pool.total, high + groups)];
}

function globally(
  rules: DropRules,
  amount: CountAmount,
  pools: readonly Pool[],
  before: readonly Interval[],
  together: Interval,
  most: readonly number[],
): Dropped {
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  const caps = before.map(([, high], i) => Math.max(high, most[i] ?? 0));
  const room = caps.reduce((sum, cap) => sum + cap, 0);
  const end = (dead: number) =>
    Math.min(Math.max(dead, room), dead + askedDrops(amount, { total: all, dead }));
  let sum: Interval = [end(together[0]), Math.max(end(together[0]), end(together[1]))];
  if (rules.joins === "agree") sum = [together[0], sum[1]];
  // Kept counts are rounded up to a multiple in every layer: each may lose up to `aligned − 1` fewer.
  if (rules.aligned > 1) sum = [Math.max(together[0], sum[0] - pools.length * (rules.aligned - 1)), sum[1]];
  const nominal = together[0] === together[1] ? askedDrops(amount, { total: all, dead: together[0] }) : null;
  return { nominal, dead: share(before, caps, sum), together: sum };
}

/** Bounds of every pool when all of them together have `sum` dead, each between what it had and its cap. */
export function share(
  before: readonly Interval[],
  caps: readonly number[],
  sum: Interval,
): readonly Interval[] {
  const lows = before.reduce((all, [low]) => all + low, 0);
  const highs = caps.reduce((all, cap) => all + cap, 0);
  return before.map(([low], i): Interval => {
    const cap = caps[i] ?? 0;
    return meet([low, cap], [sum[0] - (highs - cap), sum[1] - (lows - low)]);
  });
}

function byDensity(
  variant: "er" | "erk",
  amount: CountAmount,
  pools: readonly Pool[],
  before: readonly Interval[],
  together: Interval,
  most: readonly number[],
): Dropped {
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  const wanted = resultingShare(amount, { total: all, dead: together[0] });
  const layers = pools.map(({ total: units, shape }) => ({ units, shape }));
  const targets = erdosRenyiDead(layers, wanted, variant);
  const dead = before.map(([low, high], i): Interval => {
    const target = Math.min(targets[i] ?? 0, most[i] ?? 0);
    return [Math.max(low, target), Math.max(high, target)];
  });
  const exact = together[0] === together[1];
  const nominal = exact ? askedDrops(amount, { total: all, dead: together[0] }) : null;
  return { nominal, dead, together: total(dead) };
}
