import { describe, expect, it } from "vitest";
import { codes, firstPrune } from "../../helpers/front.js";

const text = "param sparsity = 90%\nparam half = sparsity / 2\nprune weights by magnitude to half";

describe("parameters", () => {
  it("have their defaults, and may build on those above", () => {
    expect(firstPrune(text).to).toEqual(0.45);
  });
  it("take a value from outside in their own unit", () => {
    expect(firstPrune(text, { set: { sparsity: "80%" } }).to).toEqual(0.4);
    expect(codes(text, { set: { sparsity: "0.8" } })).toEqual(["P2011"]);
    expect(codes(text, { set: { sparsity: "100 steps" } })).toEqual(["P2011"]);
  });
  it("may be lengths in either unit", () => {
    const length = "param length = 2 epochs\ntrain length { prune filters by l1 10% every epoch }";
    expect(codes(length, { set: { length: "500 steps" } })).toEqual([]);
  });
  it("do not reach into a criterion's own names", () => {
    expect(codes("param w = 1\nslim")).toEqual(["P2004"]);
  });
});
