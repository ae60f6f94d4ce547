import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allowedDrops, apportion, askedDrops, floorOf, shareOf } from "../../../core/schedule/amounts.js";
import { erdosRenyiDead, erdosRenyiDensities } from "../../../core/choose/erdos-renyi.js";

const lenet300 = [
  [784, 300],
  [300, 100],
  [100, 10],
].map(([a = 0, b = 0]) => ({ units: a * b, shape: [a, b] }));

describe("counts", () => {
  test("shares round halves up, as the decimal number says", () => {
    expect(shareOf(0.145, 100)).toBe(15);
    expect(shareOf(0.5, 5)).toBe(3);
    expect(shareOf(0.29, 100)).toBe(29);
    expect(shareOf(1.5, 10)).toBe(10);
  });

  test("a target already passed asks for nothing", () => {
    expect(askedDrops({ kind: "to", value: 0.3 }, { total: 10, dead: 4 })).toBe(0);
    expect(askedDrops({ kind: "to", value: 0.9 }, { total: 10, dead: 4 })).toBe(5);
  });

  test("n relative rounds of p leave (1 − p)^n", () => {
    let dead = 0;
    for (let round = 0; round < 20; round++)
      dead += askedDrops({ kind: "drop", value: 0.2 }, { total: 1e6, dead });
    expect((1e6 - dead) / 1e6).toBeCloseTo(0.0115, 3);
  });

  test("floors and alignment win over the amount", () => {
    expect(floorOf({ share: 0.1 }, 64, false)).toBe(7);
    expect(floorOf(1, 64, true)).toBe(0);
    expect(allowedDrops(60, 64, 7, 1)).toBe(57);
    expect(allowedDrops(30, 64, 1, 8)).toBe(24);
    expect(allowedDrops(2, 20, 1, 8)).toBe(4);
    expect(allowedDrops(2, 7, 1, 8)).toBe(0);
    expect(askedDrops({ kind: "drop", value: 1 }, { total: 4, dead: 1 })).toBe(3);
    expect(allowedDrops(3, 3, 1, 1)).toBe(2);
  });

  test("apportioning is exact and keeps to limits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 8 }),
        fc.nat(200),
        (drawn, sum) => {
          const limits = drawn.map(([limit]) => limit);
          const room = limits.reduce((a, b) => a + b, 0);
          const weights = drawn.map(([, weight]) => weight);
          const all = weights.reduce((a, b) => a + b, 0);
          const wanted = weights.map((weight) => (all === 0 ? 0 : (sum * weight) / all));
          const counts = apportion(Math.min(sum, room), wanted, limits);
          expect(counts.reduce((a, b) => a + b, 0)).toBe(Math.min(sum, room));
          counts.forEach((n, i) => expect(n).toBeLessThanOrEqual(limits[i] ?? 0));
        },
      ),
    );
  });
});

describe("Erdős–Rényi densities", () => {
  test.each([
    [0.9, [0.079568, 0.230189, 1]],
    [0.95, [0.038484, 0.111334, 0.918507]],
    [0.98, [0.015394, 0.044534, 0.367403]],
  ])("LeNet-300-100 at %f", (sparsity, expected) => {
    erdosRenyiDensities(lenet300, sparsity, "erk").forEach((d, i) =>
      expect(d).toBeCloseTo(expected[i] ?? 0, 6),
    );
  });

  test("LeNet-5 at 0.9, with all axes and with the last two", () => {
    const layers = [
      [5, 5, 1, 20],
      [5, 5, 20, 50],
      [800, 500],
      [500, 10],
    ].map((shape) => ({ units: shape.reduce((a, b) => a * b, 1), shape }));
    const kernel = [1, 0.087072, 0.088433, 1];
    const plain = [1, 0.861803, 0.040012, 1];
    erdosRenyiDensities(layers, 0.9, "erk").forEach((d, i) => expect(d).toBeCloseTo(kernel[i] ?? 0, 5));
    erdosRenyiDensities(layers, 0.9, "er").forEach((d, i) => expect(d).toBeCloseTo(plain[i] ?? 0, 5));
  });

  test("the counts add up to the share of the whole", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (sparsity) => {
        const dead = erdosRenyiDead(lenet300, sparsity, "erk");
        expect(dead.reduce((a, b) => a + b, 0)).toBe(shareOf(sparsity, 266200));
      }),
    );
  });
});
