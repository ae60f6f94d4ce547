/** What becomes of statements whose units die softly: whether training wakes them before anything makes their deaths final. */
export class SoftDeaths {
  readonly #asleep = new Set<number>();
  readonly #awake = new Set<number>();
  readonly #final = new Set<number>();
  readonly #missed = new Map<number, number>();

  died(id: number): void {
    this.#asleep.add(id);
    this.#awake.delete(id);
  }

  trained(): void {
    for (const id of this.#asleep) this.#awake.add(id);
    this.#asleep.clear();
  }

  /** A `slim` or a `harden masks`. */
  end(id: number): void {
    for (const one of this.#asleep) this.#final.add(one);
    for (const one of this.#awake) if (!this.#missed.has(one)) this.#missed.set(one, id);
    this.#asleep.clear();
    this.#awake.clear();
  }

  /** Statements of which no death ever became final, each with the end that came too late. */
  get missed(): ReadonlyMap<number, number> {
    return new Map([...this.#missed].filter(([id]) => !this.#final.has(id)));
  }
}
