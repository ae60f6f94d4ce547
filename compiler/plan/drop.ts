import { allowedDrops, askedDrops, floorOf, resultingShare, type CountAmount } from "../ir/amounts.js";
import { erdosRenyiDead } from "../ir/erdos-renyi.js";
import type { PruneIr } from "../ir/types.js";
import { exactly, isExact, meet, total, type Interval } from "./interval.js";
import { caps, heldBack, Rooms } from "./rooms.js";
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

interface Drop {
  readonly rules: DropRules;
  readonly amount: CountAmount;
  readonly pools: readonly Pool[];
  /** Dead of every pool, and of all together. */
  readonly before: readonly Interval[];
  readonly together: Interval;
  /** Dead of every pool at most. */
  readonly most: readonly number[];
}

/** `amount` null: a threshold or another count that only a run can tell. */
export function drop(
  rules: DropRules,
  amount: CountAmount | null,
  pools: readonly Pool[],
  state: State,
): Dropped {
  const before = pools.map((pool) => (isRevocable(rules) ? exactly(0) : deadOf(state, pool)));
  const together = isRevocable(rules) ? exactly(0) : deadTogether(state, pools);
  const most = caps(pools, before, rules);
  if (amount === null) {
    const dead = before.map(([low, high], i): Interval => [low, Math.max(high, most[i] ?? 0)]);
    return { nominal: null, dead, together: [together[0], total(dead)[1]] };
  }
  const event: Drop = { rules, amount, pools, before, together, most };
  const { kind } = rules.scope;
  if (kind === "global") return globally(event);
  return kind === "er" || kind === "erk" ? byDensity(event, kind) : locally(event);
}

/** Soft deaths are undone by the next update: at the next event nothing counts as dead before it. */
export const isRevocable = ({ manner }: Pick<PruneIr, "manner">): boolean => manner === "softly";

function locally(event: Drop): Dropped {
  const { amount, pools, before, rules } = event;
  const known = before.every(isExact);
  const nominal = known
    ? pools.reduce((sum, pool, i) => sum + askedOf(event, pool, before[i]?.[0] ?? 0), 0)
    : null;
  const least = ends(
    event,
    before.map(([low]) => low),
  );
  const greatest = known
    ? least
    : ends(
        event,
        before.map(([, high]) => high),
      );
  const dead = pools.map((pool, i): Interval => {
    const low = least[i] ?? 0;
    return loosen(rules, amount, pool, before[i] ?? exactly(0), [low, Math.max(low, greatest[i] ?? 0)]);
  });
  const sum = total(dead);
  return { nominal, dead, together: [Math.max(sum[0], event.together[0]), sum[1]] };
}

/** Dead of every pool afterwards when each had so many dead: each is asked for itself, floors are shared by layers. */
function ends(event: Drop, dead: readonly number[]): readonly number[] {
  const { pools, rules } = event;
  const rooms = new Rooms(pools, dead, rules);
  return pools.map((pool, i) => {
    const had = dead[i] ?? 0;
    const floor = rules.aligned > 1 ? floorOf(rules.keeping, pool.total, rules.collapse) : 0;
    const wanted = allowedDrops(askedOf(event, pool, had), pool.total - had, floor, rules.aligned);
    return had + rooms.take(pool, wanted);
  });
}

/** Rows round one by one: as long as all of a layer lost equally many, what they are asked is known. */
function askedOf({ rules, amount }: Drop, pool: Pool, dead: number): number {
  const { rows } = pool;
  if (rules.scope.kind !== "row" || rows === undefined || !Number.isInteger(dead / rows)) {
    return askedDrops(amount, { total: pool.total, dead });
  }
  return rows * askedDrops(amount, { total: pool.total / rows, dead: dead / rows });
}

/** Signs, joins that must agree and rows of unknown counts depend on values: up to what was asked, or a rounding more. */
function loosen(
  rules: DropRules,
  amount: CountAmount,
  pool: Pool,
  before: Interval,
  [low, high]: Interval,
): Interval {
  if (rules.joins === "agree") return [before[0], high];
  const { kind } = rules.scope;
  if (kind === "sign") return [Math.max(before[0], low - 1), Math.min(pool.total, high + 1)];
  const even = pool.rows !== undefined && isExact(before) && Number.isInteger(before[0] / pool.rows);
  if (kind !== "row" || even) return [low, high];
  const groups =
    amount.kind === "drop-count" || amount.kind === "keep-count" ? pool.total : (pool.rows ?? pool.total);
  return [Math.max(before[0], low - groups), Math.min(pool.total, high + groups)];
}

function globally({ rules, amount, pools, before, together, most }: Drop): Dropped {
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  const room = most.reduce((sum, cap) => sum + cap, 0);
  const asked = (dead: number) => askedDrops(amount, { total: all, dead });
  const end = (dead: number) => Math.min(Math.max(dead, room), dead + asked(dead));
  let sum: Interval = [end(together[0]), Math.max(end(together[0]), end(together[1]))];
  // Where layers share units, floors may hold back more than each alone would: never more than all of them together.
  if (pools.some((pool) => pool.layers.length > 1)) {
    sum = [Math.max(together[0], Math.min(sum[0], all - heldBack(pools, rules))), sum[1]];
  }
  if (rules.joins === "agree") sum = [together[0], sum[1]];
  // Kept counts are moved to a multiple in every layer.
  const shift = pools.length * (rules.aligned - 1);
  if (rules.aligned > 1) sum = [Math.max(together[0], sum[0] - shift), Math.min(room, sum[1] + shift)];
  return {
    nominal: isExact(together) ? asked(together[0]) : null,
    dead: share(before, most, sum),
    together: sum,
  };
}

/** Bounds of every pool when all of them together have `sum` dead, each between what it had and its cap. */
function share(before: readonly Interval[], most: readonly number[], sum: Interval): readonly Interval[] {
  const lows = before.reduce((all, [low]) => all + low, 0);
  const highs = most.reduce((all, cap) => all + cap, 0);
  return before.map(([low], i): Interval => {
    const cap = most[i] ?? 0;
    return meet([low, cap], [sum[0] - (highs - cap), sum[1] - (lows - low)]);
  });
}

function byDensity({ amount, pools, before, together, rules }: Drop, variant: "er" | "erk"): Dropped {
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  const layers = pools.map(({ total: units, shape }) => ({ units, shape }));
  const at = (dead: readonly number[], sum: number): readonly number[] => {
    const targets = erdosRenyiDead(layers, resultingShare(amount, { total: all, dead: sum }), variant);
    const rooms = new Rooms(pools, dead, rules);
    return pools.map((pool, i) => {
      const had = dead[i] ?? 0;
      return had + rooms.take(pool, Math.max(0, (targets[i] ?? 0) - had));
    });
  };
  const least = at(
    before.map(([low]) => low),
    together[0],
  );
  const greatest = before.every(isExact)
    ? least
    : at(
        before.map(([, high]) => high),
        together[1],
      );
  const dead = least.map((low, i): Interval => [low, Math.max(low, greatest[i] ?? 0)]);
  const nominal = isExact(together) ? askedDrops(amount, { total: all, dead: together[0] }) : null;
  return { nominal, dead, together: total(dead) };
}
