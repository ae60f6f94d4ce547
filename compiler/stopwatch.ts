export type Timings = Readonly<Record<string, number>>;

/** Times stages by name, in milliseconds. */
export class Stopwatch {
  readonly #timings: Record<string, number> = {};

  time<T>(stage: string, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#timings[stage] = (this.#timings[stage] ?? 0) + performance.now() - start;
    }
  }

  get timings(): Timings {
    return { ...this.#timings };
  }
}
