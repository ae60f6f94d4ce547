import { floorOf } from "../../core/schedule/amounts.js";
import type { PruneIr } from "../../core/ir/types.js";
import type { Interval } from "./interval.js";
import type { Pool } from "./world.js";

/** Deaths that each layer still bears; a pool of several layers draws on all of them. */
export class Rooms {
  readonly #room = new Map<string, number>();

  /** `dead`: what is dead of every pool. */
  constructor(
    pools: readonly Pool[],
    dead: readonly number[],
    { keeping, collapse }: Pick<PruneIr, "keeping" | "collapse">,
  ) {
    const totals = new Map<string, number>();
    pools.forEach((pool, i) => {
      for (const layer of layersOf(pool)) {
        totals.set(layer, (totals.get(layer) ?? 0) + pool.total);
        this.#room.set(layer, (this.#room.get(layer) ?? 0) + pool.total - (dead[i] ?? 0));
      }
    });
    for (const [layer, total] of totals) {
      this.#room.set(layer, Math.max(0, (this.#room.get(layer) ?? 0) - floorOf(keeping, total, collapse)));
    }
  }

  of(pool: Pool): number {
    return Math.min(...layersOf(pool).map((layer) => this.#room.get(layer) ?? 0));
  }

  /** Uses room up; gives how many of the deaths wanted fit. */
  take(pool: Pool, wanted: number): number {
    const taken = Math.max(0, Math.min(wanted, this.of(pool)));
    for (const layer of layersOf(pool)) this.#room.set(layer, (this.#room.get(layer) ?? 0) - taken);
    return taken;
  }
}

/** The stand-in for any network has no layers: each pool is its own. */
const layersOf = (pool: Pool) => (pool.layers.length === 0 ? [pool.key] : pool.layers);

/** Units that floors hold back at most, over all layers. */
export function heldBack(pools: readonly Pool[], rules: Pick<PruneIr, "keeping" | "collapse">): number {
  const totals = new Map<string, number>();
  for (const pool of pools)
    for (const layer of layersOf(pool)) totals.set(layer, (totals.get(layer) ?? 0) + pool.total);
  return [...totals.values()].reduce((sum, total) => sum + floorOf(rules.keeping, total, rules.collapse), 0);
}

/**
 * Dead of each pool once everything has died that its layers bear: at least and at most, since what died under another
 * floor stays dead.
 */
export function caps(
  pools: readonly Pool[],
  dead: readonly Interval[],
  rules: Pick<PruneIr, "keeping" | "collapse">,
): readonly Interval[] {
  const rooms = new Rooms(
    pools,
    dead.map(([low]) => low),
    rules,
  );
  return pools.map((pool, i): Interval => {
    const [low, high] = dead[i] ?? [0, 0];
    const cap = Math.min(pool.total, low + rooms.of(pool));
    return [cap, Math.max(high, cap)];
  });
}
