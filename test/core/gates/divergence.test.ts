import { expect, it } from "vitest";
import { gateKind } from "../../../core/gates/registry.js";
import { randomStream } from "../../../core/random.js";

const setting = { args: {}, share: 0, settled: false, units: 5000, groups: [], kernels: [] };

it("variational dropout has its divergence and slopes everywhere, beside the cubics that stand for them", () => {
  const kind = gateKind("variational-dropout");
  const stream = randomStream(3, "log alpha");
  // More of them than are taken at a time.
  const wanted = Float64Array.from({ length: 5000 }, (_, i) => 18 * stream.uniform(i) - 9);
  const w = Float32Array.from(wanted, (_, i) => stream.uniform(9000 + i) - 0.5);
  const params = { logvar: Float32Array.from(wanted, (x, i) => x + Math.log((w[i] ?? 0) ** 2 + 1e-8)), w };
  const into = { logvar: new Float32Array(5000), w: new Float32Array(5000) };
  const weight = Float64Array.from(wanted, (_, i) => i % 3);
  const total = kind.term?.add(params, setting, weight, into) ?? NaN;
  let sum = 0;
  params.logvar.forEach((logVariance, i) => {
    const [value, each] = [w[i] ?? 0, weight[i] ?? 0];
    const free = logVariance - Math.log(value ** 2 + 1e-8);
    const x = Math.min(8, Math.max(-8, free));
    const open = 1 / (1 + Math.exp(-1.8732 - 1.48695 * x));
    sum += each * (0.63576 - 0.63576 * open + 0.5 * Math.log1p(Math.exp(-x)));
    const slope = x === free ? -0.63576 * 1.48695 * open * (1 - open) - 0.5 / (1 + Math.exp(x)) : 0;
    const ofWeight = (-slope * 2 * value) / (value ** 2 + 1e-8);
    expect(Math.abs((into.logvar[i] ?? NaN) - each * slope)).toBeLessThan(1e-6);
    expect(Math.abs((into.w[i] ?? NaN) - each * ofWeight)).toBeLessThan(
      1e-6 * (1 + Math.abs((2 * each) / value)),
    );
  });
  expect(Math.abs(total / sum - 1)).toBeLessThan(1e-8);
});
