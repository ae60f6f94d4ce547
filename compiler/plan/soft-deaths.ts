import type { PruneIr } from "../../core/ir/types.js";

/** What becomes of statements whose units die softly: whether training wakes them before anything makes their deaths final. */
export class SoftDeaths {
  readonly #asleep = new Map<number, PruneIr>();
  readonly #awake = new Map<number, PruneIr>();
  readonly #final = new Set<number>();
  readonly #missed = new Map<number, number>();

  died(prune: PruneIr): void {
    this.#asleep.set(prune.id, prune);
    this.#awake.delete(prune.id);
  }

  trained(): void {
    for (const [id, prune] of this.#asleep) this.#awake.set(id, prune);
    this.#asleep.clear();
  }

  /** A `slim` or a `harden masks`. */
  end(id: number): void {
    const last = [...this.#asleep.values()];
    for (const one of last) this.#final.add(one.id);
    for (const [one, prune] of this.#awake) {
      if (last.some((later) => chooseAnew(later, prune))) this.#final.add(one);
      else if (!this.#missed.has(one)) this.#missed.set(one, id);
    }
    this.#asleep.clear();
    this.#awake.clear();
  }

  /** Statements of which no death ever became final, nor was chosen anew by another, each with the end that came too late. */
  get missed(): ReadonlyMap<number, number> {
    return new Map([...this.#missed].filter(([id]) => !this.#final.has(id)));
  }
}

/** Whether the later prune ranks all units that the earlier one ranked: what dies softly is ranked along with what lives. */
function chooseAnew(later: PruneIr, earlier: PruneIr): boolean {
  const ofSelection = ({ in: named, except, where }: PruneIr) => [named, except, where];
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (!same(later.structure, earlier.structure)) return false;
  const [wide, narrow] = [later.layers, earlier.layers];
  if (wide === undefined || narrow === undefined) return same(ofSelection(later), ofSelection(earlier));
  return narrow.every((layer) => wide.includes(layer));
}
