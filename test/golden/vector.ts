import { deepEqual, ok } from "node:assert/strict";

/**
 * Exact numbers that a method has to give back: worked out apart from this code, by NumPy and SciPy, or by hand from the definition.
 * Each is asked of the statements of the method as the standard library has them.
 */
export interface Vector {
  /** Its number in the catalogue of vectors, or what it is about: "G3", "cubic". */
  readonly vector: string;
  readonly method: string;
  /** What holds, in a sentence without a full stop. */
  readonly about: string;
  /** @throws where it does not hold */
  readonly check: () => void | Promise<void>;
}

/** Whether numbers are these to so many digits after the point. */
export function near(values: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  deepEqual(values.length, expected.length);
  expected.forEach((value, i) => {
    const found = values[i] ?? NaN;
    ok(Math.abs(found - value) <= 0.5 * 10 ** -digits, `${found} at ${i} is not ${value}`);
  });
}
