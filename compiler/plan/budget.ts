import { evaluate } from "../ir/evaluate.js";
import type { BudgetLimit, PruneIr } from "../ir/types.js";
import { drop, type Dropped } from "./drop.js";
import { total, type Interval } from "./interval.js";
import { deadOf, type State } from "./state.js";
import type { Moment } from "./value.js";
import type { Pool } from "./world.js";

/** A limit as a count: at most so many parameters, multiply–accumulates or bytes, of a network that has `whole`. */
export function limitOf(limit: BudgetLimit, whole: number, names: Moment["names"]): number | undefined {
  const value = evaluate(limit.value, names);
  return value === undefined ? undefined : limit.relative ? value * whole : value;
}

/** Everything that may go at all, floors kept: what a budget can reach at most. */
export function everything(statement: PruneIr, pools: readonly Pool[], state: State): readonly Interval[] {
  const rules = { ...statement, scope: { kind: "local" }, aligned: 1 } as const;
  return drop(rules, { kind: "keep-count", value: 0 }, pools, state).dead;
}

/** A budget stops at the smallest cut that meets it: which that is depends on the scores, so pools get bounds. */
export function budgetDrop(statement: PruneIr, pools: readonly Pool[], state: State): Dropped {
  const most = everything(statement, pools, state);
  const dead = pools.map((pool, i): Interval => [deadOf(state, pool)[0], most[i]?.[1] ?? pool.total]);
  return { nominal: null, dead, together: total(dead) };
}
