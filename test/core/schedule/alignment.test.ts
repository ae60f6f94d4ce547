import { expect, test } from "vitest";
import { alignedBefore, alignmentNote, preferred } from "../../../core/schedule/alignment.js";

const gains = (...list: readonly number[]) => [2, 4, 8, 16].map((of, i) => ({ of, gain: list[i] ?? 1 }));

test("a multiple is preferred that is faster by more than the channels it keeps", () => {
  expect(preferred(gains(1, 1.02, 1.05, 1.09))).toBe(1);
  expect(preferred(gains(1, 1.04, 1.07, 1.15))).toBe(8);
  expect(preferred(gains(1, 1.1, 2.1, 2.2))).toBe(8);
  expect(preferred(gains(1.3, 1.4, 1.4, 1.6))).toBe(16);
  expect(preferred(gains(1.5, 0.9, 1.5, 1.5))).toBe(2);
  expect(preferred([])).toBe(1);
});

test("what counts were multiples of before", () => {
  expect(alignedBefore([32, 64, 96])).toBe(16);
  expect(alignedBefore([24, 32])).toBe(8);
  expect(alignedBefore([6, 10])).toBe(2);
  expect(alignedBefore([7])).toBe(1);
  expect(alignedBefore([])).toBe(1);
});

test("the remark says what `auto` is and why", () => {
  expect(alignmentNote({ on: "wasm", aligned: 8, gains: gains(1, 1.2, 1.94, 2) })).toBe(
    "`aligned to auto` is `aligned to 8` on wasm, which computes multiples of 8 1.9 times as fast as odd counts",
  );
  expect(alignmentNote({ on: "wasm", aligned: 1, gains: [] })).toMatch(
    /`aligned to 1` on wasm.* no multiple/,
  );
});
