import type { Pool } from "./pools.js";

/** Pools whose sum is known though it is not known how it is shared out. */
interface Ranking {
  readonly key: string;
  readonly sure: boolean;
}

/** What is known of the units of one place: the pool that acted there, and whether every run has as many dead of it. */
interface Entry {
  readonly pool: string;
  readonly sure: boolean;
  /** Whether it does not matter to sizes which of its units are dead. */
  readonly fixed: boolean;
  readonly ranking: Ranking | null;
}

/**
 * Which counts must come out alike in every run, whatever the scores: a count is sure while all events at its place spoke of the very
 * same units, and asked of each layer by itself. One ranking over several pools leaves their sum sure, and none of them.
 */
export class Ledger {
  #entries: ReadonlyMap<string, Entry> = new Map();

  /** Places where something acts at moments that nobody knows. */
  #roamed: ReadonlyMap<string, { readonly id: number; readonly most: number }> = new Map();

  copy(): Ledger {
    const copy = new Ledger();
    copy.#entries = this.#entries;
    copy.#roamed = this.#roamed;
    return copy;
  }

  isSure({ place, key }: Pool): boolean {
    const entry = this.#entries.get(place);
    return entry === undefined || (entry.pool === key && entry.sure);
  }

  isSumSure(pools: readonly Pool[]): boolean {
    if (pools.every((pool) => this.isSure(pool))) return true;
    const rankings = pools.map(({ place, key }) => {
      const entry = this.#entries.get(place);
      return entry?.pool === key ? entry.ranking : null;
    });
    const [first] = rankings;
    return first?.sure === true && first.key === setKey(pools) && rankings.every((one) => one === first);
  }

  /** Whether nothing, or always as much, of a place is dead, and it does not matter which units are. */
  isFixed(place: string): boolean {
    const entry = this.#entries.get(place);
    return entry === undefined || (entry.sure && entry.fixed);
  }

  /** Whether that is so of every draw by itself: those of moments that nobody knows differ. */
  isSettled(place: string): boolean {
    return this.isFixed(place) && !this.#roamed.has(place);
  }

  /** A statement may have acted here, at moments that nobody knows; alone it leaves so many units dead at most. `before`: what was known. */
  roam(places: readonly string[], id: number, most: readonly number[], before: Ledger): void {
    const roamed = new Map(this.#roamed);
    this.blur(places);
    places.forEach((place, i) => {
      const known = roamed.get(place);
      const alone = known === undefined ? before.isFixed(place) : known.id === id;
      roamed.set(place, { id, most: alone ? Math.max(known?.most ?? 0, most[i] ?? Infinity) : Infinity });
    });
    this.#roamed = roamed;
  }

  /** Another statement acts where one roams: nothing bounds them together. */
  join(pools: readonly Pool[], id: number): void {
    const roamed = new Map(this.#roamed);
    for (const { place } of pools) {
      const known = roamed.get(place);
      if (known !== undefined && known.id !== id) roamed.set(place, { ...known, most: Infinity });
    }
    this.#roamed = roamed;
  }

  /** Units of a place that may be dead at most. */
  mostAt(place: string): number {
    return this.#roamed.get(place)?.most ?? Infinity;
  }

  /** Whether all places whose name begins so are. */
  areFixed(prefix: string): boolean {
    return [...this.#entries.keys()].every((place) => !place.startsWith(prefix) || this.isFixed(place));
  }

  has(prefix: string, except: string): boolean {
    return [...this.#entries].some(([place, { pool }]) => place.startsWith(prefix) && pool !== except);
  }

  /** After an event: which pools are sure, whether their sum is, and of which it does not matter which units are dead. */
  settle(pools: readonly Pool[], sure: readonly boolean[], sum: boolean, fixed: readonly boolean[]): void {
    const ranking = { key: setKey(pools), sure: sum };
    const entries = new Map(this.#entries);
    pools.forEach(({ place, key }, i) =>
      entries.set(place, { pool: key, sure: sure[i] === true, fixed: fixed[i] === true, ranking }),
    );
    this.#entries = entries;
  }

  /** What happened at these places is not known, or known only of other units. */
  blur(places: Iterable<string>, fixed = false): void {
    const entries = new Map(this.#entries);
    const roamed = new Map(this.#roamed);
    for (const place of places) {
      entries.set(place, { pool: "*", sure: fixed, fixed, ranking: null });
      roamed.delete(place);
    }
    this.#entries = entries;
    this.#roamed = roamed;
  }

  /** Only counts that are sure one by one stay so. */
  keepSure(): void {
    this.blur([...this.#entries].flatMap(([place, { sure }]) => (sure ? [] : [place])));
  }

  /** Nothing that was touched is sure any more. */
  blurAll(prefix = ""): void {
    this.blur([...this.#entries.keys()].filter((place) => place.startsWith(prefix)));
  }
}

const setKeys = new WeakMap<readonly Pool[], string>();

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
