import type { InsideRule } from "../../core/units/inside-kernels.js";
import { exactly, isExact, meet, total, type Interval } from "./interval.js";
import type { Pool } from "./world.js";

/** How many units of every pool are dead: exact, or bounds. Immutable: a rewind of masks goes back to an earlier one. */
export interface State {
  readonly dead: ReadonlyMap<string, Interval>;
  /** Dead of a set of pools together, where that is known better than pool by pool (a global ranking). */
  readonly together: ReadonlyMap<string, Together>;
  /**
   * Weights of a pool that were known to lie in dead channels when it was last looked at; by both keys, what was dead then of
   * another pool of the same weights or channels.
   */
  readonly absorbed: ReadonlyMap<string, Interval>;
  /** Rules that every group inside the kernels of a pool kept when the pool had these dead. */
  readonly inside: ReadonlyMap<string, Settled>;
  /** Pools whose dead are not all held at zero. */
  readonly loose: ReadonlyMap<string, Loose>;
  /** Units of a pool that live and may hold nothing but zeros, at most: they came back, and got no values of their own. */
  readonly blank: ReadonlyMap<string, number>;
  /** Units that `slim` took out of the network. */
  readonly removed: ReadonlyMap<string, Interval>;
  /** How often something may have come back to life. */
  readonly returns: number;
  /** What a budget that was met leaves of the network at most, as long as nothing comes back: null where none was. */
  readonly met: Met | null;
}

export interface Met {
  readonly params: number;
  readonly macs: number;
  /** `returns` when it was met. */
  readonly returns: number;
}

/** The dead of a pool that died otherwise than for good. */
export interface Loose {
  /** How those died that are ranked along at the next event; null where there are none. */
  readonly open: "softly" | "latently" | "either" | null;
  /** Dead without those. */
  readonly firm: Interval;
  /** Held at zero: without what is frozen too. */
  readonly held: Interval;
}

export interface Settled {
  readonly rule: InsideRule;
  readonly dead: Interval;
}

export interface Together {
  readonly pools: readonly Pool[];
  readonly dead: Interval;
}

export const allAlive: State = {
  dead: new Map(),
  together: new Map(),
  absorbed: new Map(),
  inside: new Map(),
  loose: new Map(),
  blank: new Map(),
  removed: new Map(),
  returns: 0,
  met: null,
};

export const deadOf = (state: State, pool: Pool): Interval => state.dead.get(pool.key) ?? exactly(0);

const setKeys = new WeakMap<readonly Pool[], string>();

/** What a set of pools is known by; worlds hand out the same list for the same statement. */
function setKey(pools: readonly Pool[]): string {
  const known = setKeys.get(pools);
  if (known !== undefined) return known;
  const key = pools
    .map((pool) => pool.key)
    .sort()
    .join("\n\n");
  setKeys.set(pools, key);
  return key;
}

/** Dead units of these pools together. */
export function deadTogether(state: State, pools: readonly Pool[]): Interval {
  const sum = total(pools.map((pool) => deadOf(state, pool)));
  const known = state.together.get(setKey(pools));
  return known === undefined ? sum : meet(sum, known.dead);
}

/** The state once these pools have these counts; `together` where their sum is known better. */
export function withDead(
  state: State,
  pools: readonly Pool[],
  counts: readonly Interval[],
  together?: Interval,
): State {
  const dead = new Map(state.dead);
  let changed = false;
  pools.forEach((pool, i) => {
    const count = counts[i];
    const before = deadOf(state, pool);
    if (count === undefined) return;
    const same = count[0] === before[0] && count[1] === before[1];
    // Between the same bounds it may have moved.
    if (!same || !isExact(count)) changed = true;
    if (!same) dead.set(pool.key, count);
  });
  // What was known of sums no longer holds once one of their pools moves by itself.
  const sums = changed ? new Map<string, Together>() : new Map(state.together);
  if (together !== undefined) sums.set(setKey(pools), { pools, dead: together });
  return { ...state, dead, together: sums };
}

/** The state once a pool of weights has taken over what died in dead channels. */
export function withAbsorbed(
  state: State,
  pool: Pool,
  dead: Interval,
  absorbed: Interval,
  key: string = pool.key,
): State {
  const next = withDead(state, [pool], [dead]);
  const known = state.loose.get(pool.key);
  // In which way these died is not looked into.
  const loose =
    known === undefined
      ? state.loose
      : new Map(state.loose).set(pool.key, {
          ...known,
          firm: [Math.min(known.firm[0], dead[0]), dead[1]],
          held: [Math.min(known.held[0], dead[0]), dead[1]],
        });
  return { ...next, loose, absorbed: new Map(state.absorbed).set(key, absorbed) };
}
