import type { Json } from "../../../core/network/types.js";

/**
 * Which steps of the program are done. A resumed program runs from the top again: every step takes the next number, and
 * one that was done before returns at once with what it gave then. Rules inside a phase have no numbers: a phase continues by
 * its own counters.
 */
export class Journal {
  readonly #results: Json[];
  #next = 0;

  constructor(results: readonly Json[] = []) {
    this.#results = [...results];
  }

  /** Takes the next number. `done` holds the result of an earlier process, wrapped so that `null` is a result too. */
  begin(): { readonly number: number; readonly done: { readonly result: Json } | null } {
    const number = this.#next++;
    const result = this.#results[number];
    return { number, done: result === undefined ? null : { result } };
  }

  /** Notes the step begun last as done. */
  complete(result: Json = null): void {
    if (this.#results.length !== this.#next - 1) throw new Error("a step ended that had not begun");
    this.#results.push(result);
  }

  /** Whether the steps of an earlier process are all behind. */
  get live(): boolean {
    return this.#next > this.#results.length;
  }

  get results(): readonly Json[] {
    return this.#results;
  }
}
