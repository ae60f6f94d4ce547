/** Where a run stands. Counts, never wall-clock time: time does not influence results. */
export interface Clock {
  /** Updates made since the run began, over all phases. */
  step: number;
  /** Passes over the training data begun, over all phases; names the shuffle of a pass. */
  pass: number;
  /** Epochs done, over all phases; fractional after a phase that ended within one. */
  epoch: number;
}

export const newClock = (): Clock => ({ step: 0, pass: 0, epoch: 0 });

/** Seconds since an origin that survives resuming: for reports and progress alone. */
export class Stopwatch {
  readonly #before: number;
  readonly #started = performance.now();
  constructor(before = 0) {
    this.#before = before;
  }
  seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000;
  }
}
