import { describe, expect, it } from "vitest";
import { openRun } from "../../../runtime/index.js";
import { options, smallNetwork } from "../../runtime/run/fixtures.js";

const network = smallNetwork();

/** Fans of the kernel of d1: 3 × 3 × 8 inputs, 10 units. */
const [fanIn, fanOut] = [72, 10];
const ofVariance = (variance: number) => Math.sqrt(variance);

async function drawn(by: string | { readonly name: string; readonly args: Record<string, number> }) {
  const run = await openRun(options({ network }));
  await run.reinitialize(1, { by, in: ["d1"] });
  const data = Float32Array.from(run.session.parameters.get("d1/kernel")?.data ?? []);
  run.session.executor.dispose();
  const mean = data.reduce((sum, w) => sum + w, 0) / data.length;
  const deviation = Math.sqrt(data.reduce((sum, w) => sum + (w - mean) ** 2, 0) / data.length);
  return { data, deviation, most: data.reduce((most, w) => Math.max(most, Math.abs(w)), 0) };
}

describe("reinitialize by", () => {
  it.each([
    ["glorot-uniform", ofVariance(2 / (fanIn + fanOut)), true],
    ["glorot-normal", ofVariance(2 / (fanIn + fanOut)), false],
    ["he-uniform", ofVariance(2 / fanIn), true],
    ["he-normal", ofVariance(2 / fanIn), false],
    ["lecun-uniform", ofVariance(1 / fanIn), true],
    ["lecun-normal", ofVariance(1 / fanIn), false],
  ] as const)("%s draws with the deviation of its paper", async (name, deviation, uniform) => {
    const found = await drawn(name);
    expect(found.data.length).toBe(fanIn * fanOut);
    expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.12);
    // A uniform draw ends at √3 deviations, a normal one cut at ±2 of its own goes beyond.
    if (uniform) expect(found.most).toBeLessThanOrEqual(Math.sqrt(3) * deviation * 1.0001);
    else expect(found.most).toBeGreaterThan(Math.sqrt(3) * deviation);
  });

  it("normal, uniform, zeros, ones and orthogonal take their arguments", async () => {
    const normal = await drawn({ name: "normal", args: { stddev: 0.3 } });
    expect(Math.abs(normal.deviation / 0.3 - 1)).toBeLessThan(0.12);
    const uniform = await drawn({ name: "uniform", args: { limit: 0.4 } });
    expect(uniform.most).toBeLessThanOrEqual(0.4);
    expect(uniform.most).toBeGreaterThan(0.38);
    expect((await drawn("zeros")).most).toBe(0);
    expect((await drawn("ones")).data.every((w) => w === 1)).toBe(true);
    const { data } = await drawn({ name: "orthogonal", args: { gain: 2 } });
    const first = Array.from({ length: fanIn }, (_, i) => data[i * fanOut] ?? NaN);
    expect(first.reduce((sum, w) => sum + w * w, 0)).toBeCloseTo(4, 3);
  });
});

describe("reinitialize by what the kernels are", () => {
  const pruned = async (by: string | { readonly name: string; readonly args: Record<string, number> }) => {
    const run = await openRun(options({ network }));
    await run.prune(1, { structure: "weights", by: ["abs", "w"], scope: "local", in: ["d1"], to: 0.6 });
    const kernel = () => [...(run.session.parameters.get("d1/kernel")?.data ?? [])];
    const before = kernel();
    await run.reinitialize(2, { by, in: ["d1"] });
    const after = kernel();
    run.session.executor.dispose();
    before.forEach((value, i) => expect(value === 0 ? after[i] : 0).toBe(0));
    return { before, after };
  };
  /** ‖WᵀW − I‖² of a kernel of 72 × 10. */
  const off = (kernel: readonly number[]): number => {
    let sum = 0;
    for (let a = 0; a < fanOut; a++)
      for (let b = 0; b < fanOut; b++) {
        let product = 0;
        for (let i = 0; i < fanIn; i++)
          product += (kernel[i * fanOut + a] ?? 0) * (kernel[i * fanOut + b] ?? 0);
        sum += (product - Number(a === b)) ** 2;
      }
    return sum;
  };

  it("rescaled: the squares of an output add up to the gain on average", async () => {
    const { before, after } = await pruned({ name: "rescaled", args: { gain: 3 } });
    expect(after.reduce((sum, w) => sum + w * w, 0) / fanOut).toBeCloseTo(3, 4);
    const living = before.findIndex((w) => w !== 0);
    const factor = (after[living] ?? 0) / (before[living] ?? 1);
    expect(factor).toBeGreaterThan(0);
    before.forEach((w, i) => {
      if (w !== 0) expect((after[i] ?? 0) / w).toBeCloseTo(factor, 3);
    });
  });
  it("isometric: columns under the mask come near to orthonormal", async () => {
    const { before, after } = await pruned("isometric");
    expect(off(after)).toBeLessThan(1e-3 * off(before));
  });
  it("signed-constant and shuffled keep signs and values", async () => {
    const constant = await pruned("signed-constant");
    const sizes = new Set(constant.after.filter((w) => w !== 0).map((w) => Math.abs(w)));
    expect(sizes.size).toBe(1);
    constant.before.forEach((w, i) => expect(Math.sign(constant.after[i] ?? 0)).toBe(Math.sign(w)));
    const { before, after } = await pruned("shuffled");
    const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
    expect(sorted(after)).toEqual(sorted(before));
    expect(after).not.toEqual(before);
  });
});
