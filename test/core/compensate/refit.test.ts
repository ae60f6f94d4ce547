import { describe, expect, it } from "vitest";
import { factorize, substitute } from "../../../core/compensate/cholesky.js";
import type { LinearLayer } from "../../../core/compensate/linear.js";
import { addToFit, newFit, problemOf, settle, type Refitted } from "../../../core/compensate/refit.js";
import { randomStream } from "../../../core/random.js";

const dense = (inputs: number, outputs: number, bias: boolean): LinearLayer => ({
  path: "d",
  kernel: "d/kernel",
  bias: bias ? "d/bias" : null,
  taps: 1,
  inputs,
  outputs,
  size: [],
  strides: [],
  dilation: [],
  padding: "valid",
});

interface Given {
  readonly kernel: readonly number[];
  readonly bias?: readonly number[];
  /** Samples, row after row. */
  readonly x: readonly number[];
  /** Elements (1) of the kernel that died. */
  readonly gone: readonly number[];
  readonly ridge?: number;
}

/** A dense layer re-fitted after some of its weights went. */
function refitted({
  kernel,
  bias,
  x,
  gone,
  ridge = 1e-6,
}: Given): Refitted & { readonly w: Float32Array; readonly b: Float32Array } {
  const outputs = bias?.length ?? 1;
  const w = Float32Array.from(kernel, (value, i) => (gone[i] === 1 ? 0 : value));
  const b = Float32Array.from(bias ?? []);
  const had = bias === undefined ? null : b.slice();
  const problem = problemOf(
    dense(kernel.length / outputs, outputs, bias !== undefined),
    { kernel: Float32Array.from(kernel), bias: had },
    { kernel: w, bias: bias === undefined ? null : b },
    { kernel: Uint8Array.from(gone), bias: new Uint8Array(outputs) },
  );
  if (problem === null) throw new Error("something is left");
  const fit = newFit(problem);
  const samples = Float32Array.from(x);
  addToFit(fit, samples, samples);
  return { ...settle(fit, ridge), w, b };
}

const drawn = (n: number, ...keys: readonly number[]): number[] => {
  const stream = randomStream(5, "refit", ...keys);
  return Array.from({ length: n }, (_, i) => stream.normal(i));
};

describe("re-fitting", () => {
  it("solves positive definite systems, and says of others that they are none", () => {
    const a = Float64Array.from([4, 0, 0, 2, 5, 0, 2, 3, 6]);
    expect(factorize(a, 3)).toBe(true);
    const b = Float64Array.from([4 + 4 + 6, 2 + 10 + 9, 2 + 6 + 18]);
    substitute(a, 3, b);
    expect([...b]).toEqual([1, 2, 3].map((value) => expect.closeTo(value, 12)));
    expect(factorize(Float64Array.from([1, 0, 2, 1]), 2)).toBe(false);
    expect(factorize(Float64Array.from([NaN, 0, 0, 1]), 2)).toBe(false);
  });

  it("does what optimal brain surgeon does: the weights and the change of the loss of the recorded vector", () => {
    const x = [1, 2, -1, 0, 1, 1, 2, -1, 0];
    // The vector adds 1e-4 to the diagonal of the Hessian, the mean of x·xᵀ, whose first two entries are 5/3 and 2.
    const { w } = refitted({ kernel: [1, -2, 0.5], x, gone: [0, 0, 1], ridge: 1e-4 / ((5 / 3 + 2) / 2) });
    expect([...w]).toEqual([0.900006, -2.083329, 0].map((value) => expect.closeTo(value, 6)));
  });

  it("gives the outputs back where what went is a combination of what is left", () => {
    const x = Array.from({ length: 40 }, (_, n) => {
      const [a = 0, b = 0] = drawn(2, 1, n);
      return [a, b, 2 * a - b + 0.5];
    }).flat();
    const kernel = [1, 2, -1, 0.5, 3, -2];
    const { was, is, w, b } = refitted({ kernel, bias: [0.1, 0.2], x, gone: [0, 0, 0, 0, 1, 1] });
    expect(was).toBeGreaterThan(0.3);
    expect(is).toBeLessThan(1e-5);
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));
    expect([...w]).toEqual(near([1 + 6, 2 - 4, -1 - 3, 0.5 + 2, 0, 0]));
    expect([...b]).toEqual(near([0.1 + 1.5, 0.2 - 1]));
  });

  it("never puts outputs further off, whatever dies, with fewer samples than weights and none that say anything", () => {
    for (let round = 0; round < 60; round++) {
      const [inputs, outputs, samples] = [2 + (round % 7), 1 + (round % 4), 1 + (round % 11)];
      const kernel = drawn(inputs * outputs, 2, round);
      const gone = drawn(kernel.length, 3, round).map((value) => (value > 0 ? 1 : 0));
      gone[0] = 0;
      const silent = round % 10 === 9;
      const x = drawn(inputs * samples, 4, round).map((value) => (silent ? 0 : value));
      const bias = round % 2 === 0 ? drawn(outputs, 5, round) : undefined;
      if (bias === undefined && outputs > 1) continue;
      const { was, is, w } = refitted({ kernel, x, gone, ...(bias && { bias }) });
      expect(is).toBeLessThanOrEqual(was);
      gone.forEach((flag, i) => flag === 1 && expect(w[i]).toBe(0));
    }
  });

  it("leaves weights as they are where what is read is not a number", () => {
    const { w } = refitted({ kernel: [1, 2], x: [NaN, 1, 2, 3], gone: [0, 1] });
    expect([...w]).toEqual([1, 0]);
  });
});
