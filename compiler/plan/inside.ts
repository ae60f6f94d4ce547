import { shareOf } from "../../core/schedule/amounts.js";
import {
  dropsInside,
  kernelGroups,
  type InsideRule,
  type KernelGroups,
} from "../../core/units/inside-kernels.js";
import type { CountAmount } from "../../core/schedule/amounts.js";
import type { PruneIr } from "../../core/ir/types.js";
import type { Dropped } from "./drop.js";
import { exactly, total, type Interval } from "./interval.js";
import { firmOf } from "./loose.js";
import { isElementPool } from "./pools.js";
import { deadOf, deadTogether, type State } from "./state.js";
import type { Pool } from "./world.js";

/** What a statement keeps inside kernels, group by group; null where it counts by layers or over all. */
export function insideRule(
  { amount, structure }: Pick<PruneIr, "amount" | "structure">,
  known: CountAmount | null,
): InsideRule | null {
  if (structure.name === "n:m") return { keep: structure.n, of: structure.m };
  if (amount.kind !== "keep-count" || known === null) return null;
  const each = structure.name === "taps" || (amount.each && structure.name === "weights");
  return each ? { keep: Math.max(0, Math.round(known.value)), of: "kernel" } : null;
}

/** The groups of a pool; null for the stand-in, which has no kernels. */
export function groupsIn(pool: Pool, { of }: InsideRule): readonly KernelGroups[] | null {
  if (!isElementPool(pool) || pool.weights.length === 0) return null;
  return pool.weights.flatMap((weight) => kernelGroups(weight, of));
}

/** Weights that go while nothing of these groups is dead. */
export function dropsOf(groups: readonly KernelGroups[], { keep }: InsideRule): number {
  return groups.reduce((sum, { size, count }) => sum + count * dropsInside(size, keep), 0);
}

/** One event. Exact while nothing else died in the kernels: then every group loses the same at every network. */
export function dropInside(
  statement: PruneIr,
  rule: InsideRule,
  pools: readonly Pool[],
  state: State,
): Dropped {
  const before = pools.map((pool) => firmOf(statement, state, pool));
  const dead = pools.map((pool, i) => deadInside(pool, rule, before[i] ?? exactly(0), state));
  const together = total(dead);
  const had = deadTogether(state, pools);
  const exact = together[0] === together[1] && had[0] === had[1];
  return { nominal: exact ? together[0] - had[0] : null, dead, together };
}

function deadInside(pool: Pool, rule: InsideRule, before: Interval, state: State): Interval {
  const groups = groupsIn(pool, rule);
  if (groups === null) {
    const share = rule.of === "kernel" ? null : shareOf(1 - rule.keep / rule.of, pool.total);
    return share === null
      ? [before[0], pool.total]
      : [Math.max(before[0], share), Math.max(before[1], share)];
  }
  const fixed = dropsOf(groups, rule);
  if (before[1] === 0) return exactly(fixed);
  const kept = state.inside.get(pool.key);
  // Nothing lives again by itself: who kept the rule still keeps it.
  if (kept?.dead === before && kept.rule.of === rule.of && kept.rule.keep <= rule.keep) return before;
  return [Math.max(before[0], fixed), Math.min(pool.total, fixed + beyond(groups, rule, before[1]))];
}

/**
 * Of `dead` weights, how many a rule would not have taken at most: none of a group of which no more died than go anyway, so that
 * the dead count for most where they fill whole groups.
 */
function beyond(groups: readonly KernelGroups[], { keep }: InsideRule, dead: number): number {
  let left = dead;
  let sum = 0;
  for (const { size, count } of [...groups].sort((a, b) => a.size - b.size)) {
    const here = Math.min(left, size * count);
    sum += here * Math.min(1, keep / size);
    left -= here;
  }
  return Math.floor(sum + 1e-9);
}

/** The state once these pools keep a rule. */
export function settled(state: State, pools: readonly Pool[], rule: InsideRule): State {
  const inside = new Map(state.inside);
  for (const pool of pools) inside.set(pool.key, { rule, dead: deadOf(state, pool) });
  return { ...state, inside };
}
