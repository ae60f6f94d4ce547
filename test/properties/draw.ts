import { randomStream } from "../../core/random.js";

/** Draws in sequence, the same for the same numbers. */
export class Draw {
  readonly #stream: ReturnType<typeof randomStream>;
  #next = 0;

  constructor(seed: number, which: number) {
    this.#stream = randomStream(seed, "programs", which);
  }

  /** A whole number below `n`. */
  below(n: number): number {
    return this.#stream.integer(this.#next++, n);
  }

  chance(share: number): boolean {
    return this.below(1000) < share * 1000;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** The text with this chance, else nothing. */
  perhaps(share: number, text: () => string): readonly string[] {
    return this.chance(share) ? [text()] : [];
  }
}
