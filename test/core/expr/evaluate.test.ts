import { describe, expect, it } from "vitest";
import { evaluate } from "../../../core/expr/evaluate.js";

const names = new Map<string, number | string>([
  ["i", 3],
  ["kind", "conv2d"],
]);

describe("evaluate", () => {
  it("computes with names, comparisons and conditions", () => {
    expect(evaluate(["/", ["*", 0.9, "i"], 5], names)).toBeCloseTo(0.54, 12);
    expect(evaluate(["and", [">", "i", 2], ["=", "kind", ["string", "conv2d"]]], names)).toBe(1);
    expect(evaluate(["or", ["<", "i", 2], ["not", ["<=", "i", 3]]], names)).toBe(0);
    expect(evaluate(["min", ["^", 2, "i"], ["max", 5, ["-", "i"]]], names)).toBe(5);
    expect(evaluate(["+", ["abs", -2], ["sqrt", 9]], names)).toBe(5);
  });
  it("knows nothing of tensors and of names that are not there", () => {
    expect(evaluate(["sum", ["abs", "w"]], names)).toBeUndefined();
    expect(evaluate(["+", "toString", 1], names)).toBeUndefined();
    expect(evaluate(["constructor", 1, 2], names)).toBeUndefined();
  });
});
