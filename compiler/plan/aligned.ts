import { allowedDrops, floorOf } from "../../core/schedule/amounts.js";
import type { PruneIr } from "../../core/ir/types.js";
import { isExact, total, type Interval } from "./interval.js";
import type { Pool } from "./world.js";

type Rules = Pick<PruneIr, "keeping" | "collapse" | "aligned">;

/** What becomes of a ranking over layers once every layer's kept count is moved to a multiple. */
export interface Aligned {
  /** Dead of every pool afterwards, at most. */
  readonly most: readonly number[];
  /** Dead of all of them. */
  readonly together: Interval;
}

/**
 * Bounds after the alignment of a global ranking that would leave `sum` dead, of every pool at most `most`. Layers that are too
 * narrow keep all they have; of the others each gives back less than one multiple, or takes less than one more.
 */
export function alignedSum(
  rules: Rules,
  pools: readonly Pool[],
  before: readonly Interval[],
  most: readonly number[],
  sum: Interval,
): Aligned {
  const had = total(before);
  const layers = pools.map((pool, i) => layerBounds(rules, pool, before[i] ?? [0, 0], most[i] ?? 0));
  const caps = layers.map(({ cap }) => cap);
  const lost = layers.reduce((all, { waste }) => all + waste, 0);
  const low = Math.max(had[0], sum[0] - lost);
  const room = caps.reduce((all, cap) => all + cap, 0);
  const gain = isExact(had)
    ? had[0] + mostTaken(sum[1] - had[0], rules.aligned, layers)
    : sum[1] + pools.length * (rules.aligned - 1);
  const high = Math.max(low, Math.min(room, gain));
  return { most: caps, together: [low, high] };
}

interface LayerBounds {
  /** Dead at most. */
  readonly cap: number;
  /** Drops that alignment undoes at most. */
  readonly waste: number;
  /** Drops that a single one becomes at most. */
  readonly first: number;
  /** Whether it may go whole, though it has less than one multiple. */
  readonly whole: boolean;
}

function layerBounds(rules: Rules, pool: Pool, [low, high]: Interval, most: number): LayerBounds {
  const { aligned } = rules;
  if (low !== high) {
    const cap = Math.max(high, pool.total - leastAligned(rules, pool));
    return { cap, waste: aligned - 1, first: aligned - 1, whole: rules.collapse };
  }
  const alive = pool.total - low;
  const floor = floorOf(rules.keeping, pool.total, rules.collapse);
  const drops = (asked: number) => allowedDrops(asked, alive, floor, aligned);
  const room = Math.max(0, most - low);
  // Beyond the first multiples the drops repeat.
  const asked = Array.from({ length: Math.min(room, 2 * aligned) }, (_, i) => i + 1);
  const waste = Math.max(0, ...asked.map((count) => count - drops(count)));
  const whole = alive < aligned && room > 0 && drops(room) === alive;
  return { cap: low + drops(room), waste, first: room > 0 ? drops(1) : 0, whole };
}

/**
 * The most that `asked` drops become: in layers whose count is no multiple one drop takes the whole rest, and every further
 * multiple needs that many drops.
 */
function mostTaken(asked: number, aligned: number, layers: readonly LayerBounds[]): number {
  const rests = layers.map(({ first }) => first).sort((a, b) => b - a);
  if (layers.some(({ whole }) => whole)) return asked + rests.reduce((all, rest) => all + rest, 0);
  let best = 0;
  let taken = 0;
  for (let spent = 0; spent <= Math.min(asked, rests.length); spent++) {
    best = Math.max(best, taken + Math.floor((asked - spent) / aligned) * aligned);
    taken += rests[spent] ?? 0;
  }
  return best;
}

/** The fewest units of a pool that `aligned` and the floor leave alive; the floor alone where nothing is aligned. */
export function leastAligned(
  { keeping, collapse, aligned }: Pick<PruneIr, "keeping" | "collapse" | "aligned">,
  { total }: Pool,
): number {
  return Math.ceil(floorOf(keeping, total, collapse) / aligned) * aligned;
}
