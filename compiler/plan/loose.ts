import type { PruneIr } from "../../core/ir/types.js";
import { isExact, type Interval } from "./interval.js";
import { deadOf, withDead, type Loose, type State } from "./state.js";
import type { Pool } from "./world.js";

/**
 * Deaths that are not for good: what died softly lives again from the next update on, what died latently keeps a value underneath,
 * both until something makes them final; what is frozen stands at its initial value and is never taken out of the network.
 */

const looseOf = (state: State, pool: Pool): Loose => {
  const dead = deadOf(state, pool);
  return state.loose.get(pool.key) ?? { open: null, firm: dead, held: dead };
};

/** Units of a pool held at zero at every place: what lies in them is dead too. */
export const heldOf = (state: State, pool: Pool): Interval => looseOf(state, pool).held;

/** Units of a pool that a `slim` takes out of the network: all that are dead but the frozen ones. */
export function removableOf(state: State, pool: Pool): Interval {
  const dead = deadOf(state, pool);
  const { open, firm, held } = looseOf(state, pool);
  if (open === null) return held;
  const frozen = difference(firm, held);
  return [Math.max(held[0], dead[0] - frozen[1]), Math.max(held[1], dead[1] - frozen[0])];
}

/** Units of a pool that are dead after an event of this manner in any case: others that it ranks along may live again. */
export function firmOf(
  { manner, awaitsRestore }: Pick<PruneIr, "manner" | "awaitsRestore">,
  state: State,
  pool: Pool,
): Interval {
  const ranksAlong = (manner === "softly" || manner === "latently") && awaitsRestore !== true;
  return ranksAlong ? looseOf(state, pool).firm : deadOf(state, pool);
}

/** Units of a pool that stand at their initial values. */
export function frozenOf(state: State, pool: Pool): Interval {
  const known = state.loose.get(pool.key);
  return known === undefined ? [0, 0] : difference(known.firm, known.held);
}

/** The state after an event in which units of these pools died in some manner: `after` has their counts, not how they died. */
export function diedAs(
  { manner, awaitsRestore }: Pick<PruneIr, "manner" | "awaitsRestore">,
  pools: readonly Pool[],
  before: State,
  after: State,
): State {
  const loose = new Map(after.loose);
  for (const pool of pools) {
    const known = before.loose.get(pool.key);
    if (manner === "held" && known === undefined) continue;
    const was = looseOf(before, pool);
    const [from, to] = [deadOf(before, pool), deadOf(after, pool)];
    const grown = (count: Interval): Interval => moved(count, from, to);
    // Where nothing waits for an end, what is not open is all there is.
    const firm = was.open === null ? to : grown(was.firm);
    if (manner === "held") loose.set(pool.key, { ...was, firm, held: grown(was.held) });
    else if (manner === "frozen") loose.set(pool.key, { ...was, firm });
    else {
      const keeps = awaitsRestore === true && was.open === "softly";
      loose.set(pool.key, { ...was, open: keeps ? "either" : manner });
    }
  }
  return { ...after, loose };
}

/** The state after units of these pools came back: `after` has their counts. */
export function cameBack(pools: readonly Pool[], before: State, after: State): State {
  const loose = new Map(after.loose);
  for (const pool of pools) {
    const known = before.loose.get(pool.key);
    if (known === undefined) continue;
    const [low, high] = deadOf(after, pool);
    const most = Math.max(0, deadOf(before, pool)[1] - low);
    const less = ([least, greatest]: Interval): Interval => [
      Math.max(0, Math.min(high, least) - most),
      Math.min(high, greatest),
    ];
    loose.set(pool.key, { ...known, firm: less(known.firm), held: less(known.held) });
  }
  return { ...after, loose, returns: after.returns + 1 };
}

/** The state after a step of training: what died softly lives. */
export function trained(state: State, pools: readonly Pool[]): State {
  let next = state;
  for (const pool of pools) {
    const known = next.loose.get(pool.key);
    if (known === undefined || (known.open !== "softly" && known.open !== "either")) continue;
    const dead: Interval = known.open === "softly" ? known.firm : [known.firm[0], deadOf(next, pool)[1]];
    const loose = new Map(next.loose);
    loose.set(pool.key, { ...known, open: known.open === "either" ? "latently" : null });
    next = { ...withDead(next, [pool], [dead]), loose, returns: next.returns + 1 };
  }
  return next;
}

/** The state once all that died softly or latently in these layers (by path; everywhere when unset) is held. */
export function hardened(state: State, pools: readonly Pool[], paths?: ReadonlySet<string>): State {
  const loose = new Map(state.loose);
  for (const pool of pools) {
    const known = loose.get(pool.key);
    if (known === undefined || known.open === null) continue;
    const inside =
      paths === undefined ? pool.layers.length : pool.layers.filter((path) => paths.has(path)).length;
    if (inside === 0 && pool.layers.length > 0) continue;
    const dead = deadOf(state, pool);
    const all = removableOf(state, pool);
    if (inside === pool.layers.length) loose.set(pool.key, { open: null, firm: dead, held: all });
    else
      loose.set(pool.key, {
        open: known.open,
        firm: [known.firm[0], dead[1]],
        held: [known.held[0], all[1]],
      });
  }
  return { ...state, loose };
}

/** Whether all that are dead in a pool may come back. */
export function mayReturn(state: State, pool: Pool): boolean {
  const absorbed = [...state.absorbed].some(
    ([key, [, high]]) => high > 0 && (key === pool.key || key.startsWith(`${pool.key}\n\n`)),
  );
  const open = state.loose.get(pool.key)?.open ?? null;
  return open === null && !absorbed && (state.removed.get(pool.key)?.[1] ?? 0) === 0;
}

/** What holds of the dead in one of two states or in the other. */
export function eitherLoose(a: State, b: State): ReadonlyMap<string, Loose> {
  const loose = new Map<string, Loose>();
  for (const key of new Set([...a.loose.keys(), ...b.loose.keys()])) {
    const [one, other] = [a, b].map((state): Loose => {
      const dead = state.dead.get(key) ?? [0, 0];
      return state.loose.get(key) ?? { open: null, firm: dead, held: dead };
    });
    if (one === undefined || other === undefined) continue;
    const open = one.open === other.open ? one.open : "either";
    loose.set(key, { open, firm: span(one.firm, other.firm), held: span(one.held, other.held) });
  }
  return loose;
}

const span = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** A count that grew as another did. */
function moved(count: Interval, from: Interval, to: Interval): Interval {
  const least = Math.max(0, isExact(from) ? to[0] - from[0] : to[0] - from[1]);
  return [Math.min(to[1], count[0] + least), Math.min(to[1], count[1] + Math.max(0, to[1] - from[0]))];
}

const difference = (a: Interval, b: Interval): Interval => [
  Math.max(0, a[0] - b[1]),
  Math.max(0, a[1] - b[0]),
];
