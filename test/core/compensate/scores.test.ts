import { describe, expect, it } from "vitest";
import { greedyOrder, lassoPath } from "../../../core/compensate/contributions.js";
import { randomStream } from "../../../core/random.js";

/** Σ z_u z_v of units that are drawn, and the parts themselves, unit by unit. */
function drawn(units: number, samples: number, key: number) {
  const stream = randomStream(11, "contributions", key);
  const parts = Array.from({ length: units }, (_, u) =>
    Array.from({ length: samples }, (_, n) => stream.normal(u * samples + n) * (1 + (u % 3))),
  );
  const shared = new Float64Array(units * units);
  parts.forEach((a, u) =>
    parts.forEach((b, v) => (shared[u * units + v] = a.reduce((sum, x, n) => sum + x * (b[n] ?? 0), 0))),
  );
  return { parts, shared };
}

describe("the greedy order", () => {
  it("takes at each turn the unit without which least is lost of what went", () => {
    for (let key = 0; key < 20; key++) {
      const [units, samples] = [6, 4];
      const { parts, shared } = drawn(units, samples, key);
      const gone: number[] = [];
      const lost = (set: readonly number[]): number =>
        parts[0]?.reduce(
          (sum, _, n) => sum + set.reduce((all, u) => all + (parts[u]?.[n] ?? 0), 0) ** 2,
          0,
        ) ?? 0;
      const order = greedyOrder(shared, units, [0, 1, 2, 3, 4, 5]);
      while (gone.length < units) {
        const left = [0, 1, 2, 3, 4, 5].filter((u) => !gone.includes(u));
        const [best = -1] = left.sort((a, b) => lost([...gone, a]) - lost([...gone, b]));
        gone.push(best);
        expect(order[best]).toBe(gone.length);
      }
    }
  });

  it("sees that two units that cancel each other may go together", () => {
    // Units 0 and 1 give 3 and −3, unit 2 gives 2.
    expect([...greedyOrder(Float64Array.from([9, -9, 6, -9, 9, -6, 6, -6, 4]), 3, [0, 1, 2])]).toEqual([
      3, 2, 1,
    ]);
    expect([...greedyOrder(Float64Array.from([9, -9, 6, -9, 9, -6, 6, -6, 4]), 3, [0, 1])]).toEqual([
      1, 2, 0,
    ]);
  });
});

describe("the path of the LASSO", () => {
  it("lets units in by their part where none reads as another does: λ falls from 9 to 4 to 1", () => {
    const scores = lassoPath(Float64Array.from([4, 0, 0, 0, 9, 0, 0, 0, 1]), 3, [0, 1, 2]);
    expect([...scores]).toEqual([4 / 9, 1, 1 / 9].map((value) => expect.closeTo(value, 12)));
  });

  it("goes down to a hundred thousandth of where nothing is kept", () => {
    const scores = lassoPath(Float64Array.from([9, 0, 0, 0, 9e-4, 0, 0, 0, 9e-6]), 3, [0, 1, 2]);
    expect([...scores]).toEqual([1, 1e-4, 0].map((value) => expect.closeTo(value, 12)));
  });

  it("does without one of two units that are alike, and without a unit that gives nothing", () => {
    const scores = lassoPath(Float64Array.from([4, 2, 0, 2, 1, 0, 0, 0, 0]), 3, [0, 1, 2]);
    expect(scores[0]).toBeGreaterThan(0.9);
    expect([...scores.subarray(1)]).toEqual([0, 0]);
    expect([...lassoPath(new Float64Array(4), 2, [0, 1])]).toEqual([0, 0]);
  });
});
