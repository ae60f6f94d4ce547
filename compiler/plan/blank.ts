import type { ExprIr, PruneIr } from "../../core/ir/types.js";
import { argumentsOf } from "../../core/expr/operators.js";
import { firmOf } from "./loose.js";
import { deadOf, type State } from "./state.js";
import type { Pool } from "./world.js";

/**
 * Units that live again without values of their own: their kernels are zero until training moves them, and behind a unit that is
 * silent no gradient does. A `slim` may find them constant.
 */

export const blankOf = (state: State, pool: Pool): number => state.blank.get(pool.key) ?? 0;

function withBlank(state: State, pools: readonly Pool[], count: (pool: Pool) => number): State {
  let blank: Map<string, number> | null = null;
  for (const pool of pools) {
    const now = Math.max(0, Math.min(pool.total - deadOf(state, pool)[0], count(pool)));
    if (now === blankOf(state, pool)) continue;
    blank ??= new Map(state.blank);
    blank.set(pool.key, now);
  }
  return blank === null ? state : { ...state, blank };
}

/** The state after units came back as zeros: as many as are dead no more. */
export function cameBlank(pools: readonly Pool[], before: State, after: State): State {
  return withBlank(
    after,
    pools,
    (pool) => blankOf(after, pool) + Math.max(0, deadOf(before, pool)[1] - deadOf(after, pool)[0]),
  );
}

/** The state after the weights of an earlier one were put back: what was zero then is zero now. */
export function restoredFrom(earlier: State, state: State, pools: readonly Pool[]): State {
  return withBlank(
    state,
    pools,
    (pool) => blankOf(earlier, pool) + Math.max(0, deadOf(earlier, pool)[1] - deadOf(state, pool)[0]),
  );
}

/** The state after weights were read that nobody knows yet. */
export function allBlank(state: State, pools: readonly Pool[]): State {
  return withBlank(state, pools, ({ total }) => total);
}

/** The state after an event: what ranks lowest goes first, and nothing ranks under zeros. */
export function tookBlank(statement: PruneIr, pools: readonly Pool[], before: State, after: State): State {
  const norm = isNorm(statement.criterion.expr) && statement.joins !== "agree" && statement.aligned === 1;
  return withBlank(after, pools, (pool) => {
    const dead = deadOf(before, pool);
    const firm = firmOf(statement, before, pool);
    // What is ranked along and not taken lives again as it is.
    const along = firm === dead ? 0 : Math.max(0, dead[1] - firm[0]);
    const blank = blankOf(before, pool) + along;
    const taken = Math.max(0, deadOf(after, pool)[0] - firm[1]);
    return norm ? blank - taken : blank;
  });
}

/** Whether a score is zero for zeros and for nothing less: a sum of magnitudes or squares of weights. */
function isNorm(expr: ExprIr): boolean {
  if (typeof expr !== "object") return false;
  const [head] = expr;
  const [of, power] = argumentsOf(expr);
  if (of === undefined) return false;
  if (head === "sum" || head === "mean" || head === "max" || head === "sqrt") return isNorm(of);
  if (head === "^") return of === "w" && typeof power === "number" && power > 0 && power % 2 === 0;
  return (head === "abs" || head === "norm") && of === "w";
}

/** What holds in one of two states or in the other. */
export function eitherBlank(a: State, b: State): ReadonlyMap<string, number> {
  if (a.blank === b.blank) return a.blank;
  const keys = new Set([...a.blank.keys(), ...b.blank.keys()]);
  return new Map([...keys].map((key) => [key, Math.max(a.blank.get(key) ?? 0, b.blank.get(key) ?? 0)]));
}
