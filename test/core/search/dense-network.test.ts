import { expect, it } from "vitest";
import { randomStream } from "../../../core/random.js";
import { adam, backward, denseNetwork, forward, outputOf } from "../../../core/search/dense-network.js";

const rows = Float64Array.from({ length: 5 * 3 }, (_, i) => Math.sin(3 * i + 1));
const wanted = Float64Array.from({ length: 5 * 2 }, (_, i) => Math.cos(i));

it.each(["linear", "sigmoid"] as const)("slopes through a %s network are those of differences", (last) => {
  const network = denseNetwork([3, 7, 6, 2], last, randomStream(3, "test"));
  // Far from 0, so that what stands behind the last layer counts.
  network.layers.at(-1)?.weights.forEach((_, i, all) => (all[i] = Math.sin(i) / 2));
  const loss = (): number =>
    outputOf(forward(network, rows)).reduce((sum, y, i) => sum + (y - (wanted[i] ?? 0)) ** 2 / 2, 0);
  const tape = forward(network, rows);
  const { gradients } = adam(network, 0.1);
  const slopes = outputOf(tape).map((y, i) => y - (wanted[i] ?? 0));
  const byInputs = backward(network, tape, slopes, gradients);
  expect(backward(network, tape, slopes)).toEqual(byInputs);
  const differences = (of: Float64Array): number[] =>
    [...of.keys()].map((i) => {
      const value = of[i] ?? 0;
      const [up, down] = [1e-6, -1e-6].map((step) => {
        of[i] = value + step;
        return loss();
      });
      of[i] = value;
      return ((up ?? 0) - (down ?? 0)) / 2e-6;
    });
  const close = (found: Float64Array, of: Float64Array): void => {
    const expected = differences(of);
    found.forEach((slope, i) => expect(slope).toBeCloseTo(expected[i] ?? NaN, 7));
    expect(found.some((slope) => slope !== 0)).toBe(true);
  };
  close(byInputs, rows);
  for (const [at, layer] of network.layers.entries()) {
    const sums = gradients.layers[at];
    close(sums?.weights ?? new Float64Array(0), layer.weights);
    close(sums?.bias ?? new Float64Array(0), layer.bias);
  }
});

it("learns what it is shown", () => {
  const network = denseNetwork([1, 12, 1], "linear", randomStream(1, "test"));
  const x = Float64Array.from({ length: 9 }, (_, i) => i / 4 - 1);
  const step = adam(network, 0.02);
  const wrong = (): number =>
    Math.max(...outputOf(forward(network, x)).map((y, i) => Math.abs(y - Math.abs(x[i] ?? 0))));
  expect(wrong()).toBeGreaterThan(0.5);
  for (let i = 0; i < 500; i++) {
    const tape = forward(network, x);
    const slopes = outputOf(tape).map((y, k) => y - Math.abs(x[k] ?? 0));
    backward(network, tape, slopes, step.gradients);
    step.update();
  }
  expect(wrong()).toBeLessThan(0.05);
});
