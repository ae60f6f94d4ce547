import {
  allowedDrops,
  askedDrops,
  floorOf,
  resultingShare,
  shareOf,
  type CountAmount,
} from "../../core/schedule/amounts.js";
import { erdosRenyiDead } from "../../core/choose/erdos-renyi.js";
import type { PruneIr } from "../../core/ir/types.js";
import { exactly, isExact, meet, total, type Interval } from "./interval.js";
import { alignedSum } from "./aligned.js";
import { firmOf } from "./loose.js";
import type { Wanted } from "./met.js";
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
  /** Limits of a budget that are kept afterwards in any case. */
  readonly met?: readonly Wanted[];
}

/** The clauses that decide how many units go. */
export type DropRules = Pick<
  PruneIr,
  "scope" | "keeping" | "collapse" | "aligned" | "joins" | "manner" | "awaitsRestore"
>;

interface Drop {
  readonly rules: DropRules;
  readonly amount: CountAmount;
  readonly pools: readonly Pool[];
  /** Dead of every pool, and of all together. */
  readonly before: readonly Interval[];
  /** Dead of every pool in any case. */
  readonly least: readonly Interval[];
  readonly together: Interval;
  /** Dead of every pool at most. */
  readonly most: readonly Interval[];
}

/** `amount` null: a threshold or another count that only a run can tell. */
export function drop(
  rules: DropRules,
  amount: CountAmount | null,
  pools: readonly Pool[],
  state: State,
): Dropped {
  const before = pools.map((pool) => deadOf(state, pool));
  const together = deadTogether(state, pools);
  // What died softly or latently lives again once it scores well, unless a `restore` has the say.
  const least = pools.map((pool) => firmOf(rules, state, pool));
  const most = caps(pools, before, rules);
  if (amount === null) {
    const dead = before.map(([, high], i): Interval => [
      least[i]?.[0] ?? 0,
      Math.max(high, most[i]?.[1] ?? 0),
    ]);
    const low = least.every((count, i) => count === before[i]) ? together[0] : total(least)[0];
    return { nominal: null, dead, together: [low, total(dead)[1]] };
  }
  const event: Drop = { rules, amount, pools, before, least, together, most };
  const { kind } = rules.scope;
  const dropped =
    kind === "global"
      ? globally(event)
      : kind === "er" || kind === "erk"
        ? byDensity(event, kind)
        : locally(event);
  if (before.every((count, i) => isExact(count) || count === least[i])) return dropped;
  // What died as something else may be ranked along in part: then only what is firm is known to stay.
  const dead = dropped.dead.map(([low, high], i): Interval => [Math.min(low, least[i]?.[0] ?? 0), high]);
  return { ...dropped, dead, together: [Math.min(dropped.together[0], total(dead)[0]), dropped.together[1]] };
}

function locally(event: Drop): Dropped {
  const { amount, pools, before, rules } = event;
  const { kind } = rules.scope;
  const known =
    before.every(isExact) &&
    kind !== "sign" &&
    (kind !== "row" || pools.every((pool, i) => isEven(pool, before[i])));
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
    const had = before[i] ?? exactly(0);
    if (rules.aligned > 1 && kind === "local" && !isExact(had)) return withinMultiples(event, pool, had);
    const [firm] = event.least[i] ?? had;
    return loosen(
      rules,
      amount,
      pool,
      [Math.min(firm, had[0]), had[1]],
      [low, Math.max(low, greatest[i] ?? 0)],
    );
  });
  const sum = total(dead);
  const [had] = rules.joins === "agree" ? total(event.least) : event.together;
  return { nominal, dead, together: [Math.max(sum[0], had), sum[1]] };
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

/** Alignment may take more from a layer that had lost less: every count that it may have had is looked at. */
function withinMultiples(event: Drop, pool: Pool, [from, to]: Interval): Interval {
  const { pools, rules } = event;
  const floor = floorOf(rules.keeping, pool.total, rules.collapse);
  // Floors of shared layers may hold back anything.
  const held = rules.joins === "agree" || pools.some(({ layers }) => layers.length > 1);
  let [low, high]: Interval = [held ? from : pool.total, from];
  for (let had = from; had <= to; had++) {
    const alive = pool.total - had;
    const after = had + allowedDrops(askedOf(event, pool, had), alive, floor, rules.aligned);
    low = Math.min(low, after);
    high = Math.max(high, after);
  }
  return [low, high];
}

/** Whether the rows of a pool are known to have lost equally many: before anything died. */
const isEven = ({ rows }: Pool, before: Interval | undefined) => rows !== undefined && before?.[1] === 0;

/** Rows round one by one. */
function askedOf({ rules, amount }: Drop, { rows = 1, total: all }: Pool, dead: number): number {
  if (rules.scope.kind !== "row" || dead > 0) return askedDrops(amount, { total: all, dead });
  return rows * askedDrops(amount, { total: all / rows, dead: 0 });
}

/** Signs, joins that must agree and rows of unknown counts depend on values. */
function loosen(
  rules: DropRules,
  amount: CountAmount,
  pool: Pool,
  before: Interval,
  [low, high]: Interval,
): Interval {
  if (rules.joins === "agree") return [before[0], high];
  if (rules.scope.kind === "sign") return bySign(amount, pool, before, [low, high]);
  if (rules.scope.kind !== "row" || isEven(pool, before)) return [low, high];
  return byRow(amount, pool, before, [low, high]);
}

/** Rows that had lost unequally many: a share rounds in each, a target or a count can ask of some what others have over. */
function byRow(amount: CountAmount, pool: Pool, before: Interval, [low, high]: Interval): Interval {
  const { total: all, rows = all } = pool;
  const within = (least: number, most: number): Interval => [
    Math.max(before[0], least),
    Math.min(all, Math.max(most, before[1])),
  ];
  if (amount.kind === "drop-share") return within(low - rows, high + rows);
  if (amount.kind === "target") return within(low - rows, before[1] + shareOf(amount.value, all) + rows);
  const count = rows * Math.max(0, Math.round(amount.value));
  return amount.kind === "drop-count" ? within(before[0], before[1] + count) : within(all - count, all);
}

/** Positive and negative weights are asked apart: shares round twice, counts are of each. */
function bySign(
  amount: CountAmount,
  { total: all }: Pool,
  before: Interval,
  [low, high]: Interval,
): Interval {
  const count = Math.max(0, Math.round(amount.value));
  if (amount.kind === "drop-count") return [low, Math.min(all, before[1] + 2 * count)];
  if (amount.kind === "keep-count") return [Math.max(before[0], all - 2 * count), high];
  return [Math.max(before[0], low - 2), Math.min(all, high + 2)];
}

function globally({ rules, amount, pools, before, least: firm, together, most }: Drop): Dropped {
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  const room = total(most);
  const asked = (dead: number) => askedDrops(amount, { total: all, dead });
  const end = (dead: number, most: number) => Math.min(Math.max(dead, most), dead + asked(dead));
  const least = end(together[0], room[0]);
  let sum: Interval = [least, Math.max(least, end(together[1], room[1]))];
  // Where layers share units, floors may hold back more than each alone would: never more than all of them together.
  if (pools.some((pool) => pool.layers.length > 1)) {
    sum = [Math.max(together[0], Math.min(sum[0], all - heldBack(pools, rules))), sum[1]];
  }
  if (rules.joins === "agree") sum = [Math.min(together[0], total(firm)[0]), sum[1]];
  let highest = most.map(([, high]) => high);
  if (rules.aligned > 1 && rules.joins !== "agree") {
    const moved = alignedSum(rules, pools, before, highest, sum);
    sum = [Math.max(together[0], moved.together[0]), moved.together[1]];
    highest = [...moved.most];
  }
  const nominal = isExact(together) ? asked(together[0]) : null;
  return { nominal, dead: share(firm, highest, sum), together: sum };
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
  const goals = (dead: number) =>
    erdosRenyiDead(layers, resultingShare(amount, { total: all, dead }), variant);
  const at = (dead: readonly number[], sum: number): readonly number[] => {
    const targets = goals(sum);
    const rooms = new Rooms(pools, dead, rules);
    return pools.map((pool, i) => {
      const had = dead[i] ?? 0;
      const floor = floorOf(rules.keeping, pool.total, rules.collapse);
      const wanted = Math.max(0, (targets[i] ?? 0) - had);
      return had + rooms.take(pool, allowedDrops(wanted, pool.total - had, floor, rules.aligned));
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
  const targets = before.every(isExact) ? goals(together[0]) : null;
  const nominal =
    targets && pools.reduce((sum, _, i) => sum + Math.max(0, (targets[i] ?? 0) - (before[i]?.[0] ?? 0)), 0);
  return { nominal, dead, together: total(dead) };
}
