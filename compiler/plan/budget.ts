import { evaluate } from "../../core/expr/evaluate.js";
import type { AmountIr, BudgetLimit, PruneIr } from "../../core/ir/types.js";
import { drop, type Dropped } from "./drop.js";
import { isExact, total, type Interval } from "./interval.js";
import { diedAs } from "./loose.js";
import type { Wanted } from "./met.js";
import { isChannelPool, isElementPool } from "./pools.js";
import { deadOf, deadTogether, withDead, type State } from "./state.js";
import type { Moment } from "./value.js";
import type { Pool, Sizes, World } from "./world.js";

type Limits = Extract<AmountIr, { readonly kind: "budget" }>["limits"];

/** A limit as a count: at most so many parameters, multiply–accumulates or bytes. Shares are of the network as loaded. */
export function limitOf(limit: BudgetLimit, sizes: Sizes, names: Moment["names"]): number | undefined {
  const value = evaluate(limit.value, names);
  return value === undefined || !limit.relative ? value : value * measured(limit, sizes.whole);
}

/** One of the sizes of a network; a parameter takes four bytes. */
export function measured(
  { measure }: Pick<BudgetLimit, "measure">,
  costs: { readonly params: number; readonly macs: number },
): number {
  return measure === "bytes" ? 4 * costs.params : costs[measure];
}

/** Everything that may go at all, floors kept: what a budget can reach at most. */
export function everything(statement: PruneIr, pools: readonly Pool[], state: State): readonly Interval[] {
  const rules = { ...statement, scope: { kind: "local" }, aligned: 1 } as const;
  return drop(rules, { kind: "keep-count", value: 0 }, pools, state).dead;
}

/** Shares are tried in steps of 2⁻²⁶, in the plan and in a run alike. */
const steps = 2 ** 26;
/** Bounds of a ranking are narrowed so often: each time costs a walk through the network. */
const narrowings = 8;

interface Around {
  readonly seen: readonly Pool[];
  readonly world: Pick<World, "sizes">;
}

/** Whether the limits are kept after such a drop: surely (end 1), or at best (end 0). */
type Fits = (dropped: Dropped, end: 0 | 1) => boolean;

/** A budget stops at the smallest cut that meets it: no more than it asks for is left, where all that may go is enough. */
export function budgetDrop(
  statement: PruneIr,
  limits: Limits,
  pools: readonly Pool[],
  state: State,
  names: Moment["names"],
  { seen, world: { sizes } }: Around,
): Dropped {
  const wanted = limits.flatMap((limit) => {
    const most = sizes === null ? undefined : limitOf(limit, sizes, names);
    return most === undefined ? [] : [{ measure: limit.measure, most }];
  });
  const most = everything(statement, pools, state);
  const open = (): Dropped => {
    const dead = pools.map((pool, i): Interval => [deadOf(state, pool)[0], most[i]?.[1] ?? pool.total]);
    return { nominal: null, dead, together: [deadTogether(state, pools)[0], total(dead)[1]] };
  };
  if (sizes === null || wanted.length < limits.length || statement.joins === "agree") return open();
  const fits: Fits = (dropped, end) => {
    const after = withDead(state, pools, dropped.dead, dropped.together);
    const { params, macs } = sizes.after(seen, diedAs(statement, pools, state, after));
    return wanted.every(
      ({ measure, most: at }) => measured({ measure }, { params: params[end], macs: macs[end] }) <= at + 1e-9,
    );
  };
  const largest = largestCut(statement, pools, state);
  const alone = largest !== null && isAlone(wanted, pools, state, largest, seen);
  const cut = smallestCut(statement, pools, state, fits);
  const before = { dead: pools.map((pool) => deadOf(state, pool)), together: deadTogether(state, pools) };
  // Where more than the dead channels goes, fewer may be enough.
  const dropped =
    cut === null || alone || cut.nominal === 0 ? cut : { ...spanned(before, cut), nominal: null };
  const forGood = statement.manner === "held" && state.loose.size === 0 && state.removed.size === 0;
  const met = alone && forGood && fits(largest, 1);
  return met ? { ...(dropped ?? open()), met: wanted } : (dropped ?? open());
}

/** From the least of one to the most of the other. */
const spanned = (least: Omit<Dropped, "nominal">, most: Dropped): Omit<Dropped, "nominal"> => ({
  dead: most.dead.map(([, high], i): Interval => [least.dead[i]?.[0] ?? 0, high]),
  together: [least.together[0], most.together[1]],
});

/**
 * Local cuts follow from counts alone and are known; of a global ranking it is known how many deaths cannot be enough and how many
 * are in any case. Null where even that is not.
 */
function smallestCut(statement: PruneIr, pools: readonly Pool[], state: State, fits: Fits): Dropped | null {
  const known = pools.every((pool) => isChannelPool(pool) && pool.uniform && isExact(deadOf(state, pool)));
  if (!known) return null;
  const none = drop(statement, { kind: "drop-count", value: 0 }, pools, state);
  if (fits(none, 1)) return { ...none, nominal: 0 };
  if (statement.scope.kind === "global") {
    const count = (value: number) => drop(statement, { kind: "drop-count", value }, pools, state);
    const all = total(everything(statement, pools, state))[1] - deadTogether(state, pools)[0];
    const fewest = bisect(all, narrowings, (k) => fits(count(k), 0));
    const enough = bisect(all, narrowings, (k) => fits(count(k), 1));
    const [low, high] = [count(fewest.below), count(enough.fits)];
    const dead = pools.map((_, i): Interval => [low.dead[i]?.[0] ?? 0, high.dead[i]?.[1] ?? 0]);
    return { nominal: null, dead, together: [low.together[0], high.together[1]] };
  }
  if (statement.scope.kind !== "local") return null;
  const cut = (step: number) => drop(statement, { kind: "drop-share", value: step / steps }, pools, state);
  const dropped = cut(bisect(steps, Infinity, (step) => fits(cut(step), 1)).fits);
  return { ...dropped, nominal: dropped.together[0] - deadTogether(state, pools)[0] };
}

/** The cut where a run gives up; null where only scores tell. */
function largestCut(statement: PruneIr, pools: readonly Pool[], state: State): Dropped | null {
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  if (statement.scope.kind === "global")
    return drop(statement, { kind: "drop-count", value: all }, pools, state);
  if (statement.scope.kind !== "local") return null;
  return drop(statement, { kind: "drop-share", value: 1 }, pools, state);
}

/** Whether a run measures what dead channels alone leave: no dead weight lies elsewhere, and no layer is emptied. */
function isAlone(
  wanted: readonly Wanted[],
  pools: readonly Pool[],
  state: State,
  largest: Dropped,
  seen: readonly Pool[],
): boolean {
  // Zeros take their bytes.
  const zeros = wanted.some(({ measure }) => measure !== "bytes");
  const stays = (pool: Pool, high: number): boolean =>
    isChannelPool(pool) ? pool.uniform && high < pool.total : isElementPool(pool) && !zeros;
  const mine = new Set(pools.map(({ key }) => key));
  const others = seen.filter((pool) => !mine.has(pool.key) && deadOf(state, pool)[1] > 0);
  return (
    pools.every((pool, i) => isChannelPool(pool) && stays(pool, largest.dead[i]?.[1] ?? pool.total)) &&
    others.every((pool) => stays(pool, deadOf(state, pool)[1]))
  );
}

/** The least count up to `most` that fits, taking `most` to, and one below it that does not. */
function bisect(
  most: number,
  rounds: number,
  fits: (count: number) => boolean,
): { readonly below: number; readonly fits: number } {
  let low = 0;
  let high = most;
  for (let round = 0; round < rounds && high - low > 1; round++) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return { below: low, fits: high };
}
