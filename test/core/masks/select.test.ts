import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectListed, selectRange } from "../../../core/choose/select.js";

/** The k lowest open ones by sorting, NaN first, ties by index. */
function oracle(scores: ArrayLike<number>, open: Uint8Array, k: number): number[] {
  const indices = [...open.keys()].filter((i) => open[i] === 1);
  const rank = (x: number) => (Number.isNaN(x) ? [0, 0] : [1, x]);
  indices.sort((a, b) => {
    const [na = 0, xa = 0] = rank(scores[a] ?? 0);
    const [nb = 0, xb = 0] = rank(scores[b] ?? 0);
    return na - nb || (xa < xb ? -1 : xa > xb ? 1 : 0) || a - b;
  });
  return indices.slice(0, k).sort((a, b) => a - b);
}

const marked = (chosen: Uint8Array) => [...chosen.keys()].filter((i) => chosen[i] === 1);

const odd = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, -1, Number.MIN_VALUE, 1e-45, 0.1, 3.4e38);
const score = fc.oneof(odd, fc.double());

describe("exact selection", () => {
  test.each([Float32Array, Float64Array])("few scores are those of a sort (%s)", (Scores) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(score, fc.boolean()), { maxLength: 60 }), fc.nat(70), (drawn, k) => {
        const scores = Scores.from(drawn.map(([s]) => s));
        const open = Uint8Array.from(drawn.map(([, o]) => (o ? 1 : 0)));
        const chosen = new Uint8Array(open.length);
        const taken = selectRange(scores, open, 0, open.length, k, chosen);
        expect(marked(chosen)).toEqual(oracle(scores, open, k));
        expect(taken).toBe(marked(chosen).length);
      }),
    );
  });

  test.each([
    [Float32Array, 3],
    [Float32Array, 100000],
    [Float64Array, 3],
    [Float64Array, 1e9],
  ] as const)("many scores are those of a sort, with ties (%s, %i distinct)", (Scores, distinct) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 30 }), fc.integer({ min: 0, max: 9000 }), (seed, k) => {
        const scores = new Scores(9000);
        let state = seed;
        for (let i = 0; i < scores.length; i++) {
          state = (Math.imul(state, 1664525) + 1013904223) | 0;
          scores[i] = Math.floor(((state >>> 0) / 2 ** 32 - 0.5) * distinct) / 7;
        }
        const open = Uint8Array.from(scores, (_, i) => (i % 11 === 0 ? 0 : 1));
        const chosen = new Uint8Array(open.length);
        selectRange(scores, open, 0, open.length, k, chosen);
        expect(marked(chosen)).toEqual(oracle(scores, open, k));
        const listed = Int32Array.from(open.keys()).filter((i) => i % 2 === 0);
        const some = new Uint8Array(open.length);
        selectListed(scores, open, listed, k, some);
        const inList = open.map((flag, i) => (i % 2 === 0 ? flag : 0));
        expect(marked(some)).toEqual(oracle(scores, inList, k));
      }),
      { numRuns: 12 },
    );
  });

  test("scores that differ only in their last bits are told apart", () => {
    const scores = Float64Array.from({ length: 5000 }, (_, i) => 1 + ((i * 7919) % 5000) * Number.EPSILON);
    const open = new Uint8Array(5000).fill(1);
    const chosen = new Uint8Array(5000);
    selectRange(scores, open, 0, 5000, 2500, chosen);
    expect(marked(chosen)).toEqual(oracle(scores, open, 2500));
  });
});
