import { describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { codes, firstPrune } from "../../helpers/front.js";

const files = new Map([
  [
    "a.prune",
    'use scale from "b.prune"\nparam factor = 3\ncriterion mine = factor * sum(abs(w))\ncriterion both = mine + scale',
  ],
  ["b.prune", "criterion scale = sqrt(size)\ncriterion hidden = size"],
  ["norms.prune", "criterion l1 = sum(w^2)"],
  ["bad.prune", "criterion mine = sum(nothing)"],
]);
const resolve = (specifier: string) => {
  const text = files.get(specifier);
  return text === undefined ? null : { file: specifier, text };
};

describe("imports", () => {
  it("bring declarations with everything they refer to in their own file", () => {
    const prune = firstPrune('use both from "a.prune"\nparam factor = 7\nprune filters by both 50%', {
      resolve,
    });
    expect(prune.by.expr).toEqual(["+", ["*", 3, ["sum", ["abs", "w"]]], ["sqrt", "size"]]);
  });
  it("bring what was named and nothing else", () => {
    expect(codes('use mine from "a.prune"\nprune filters by scale 50%', { resolve })).toEqual(["P2002"]);
    expect(codes('use scale from "a.prune"\nprune filters by scale 50%', { resolve })).toEqual([]);
  });
  it("hide the standard one in the file that declares it, not in the file that imports another name", () => {
    expect(firstPrune('use mine from "a.prune"\nprune filters by l1 50%', { resolve }).by.expr).toEqual([
      "sum",
      ["abs", "w"],
    ]);
    expect(firstPrune('use l1 from "norms.prune"\nprune filters by l1 50%', { resolve }).by.expr).toEqual([
      "sum",
      ["^", "w", 2],
    ]);
  });
  it("say in which file a mistake lies", () => {
    const { diagnostics } = front('use mine from "bad.prune"\nprune filters by mine 50%', { resolve });
    expect(diagnostics).toMatchObject([{ code: "P2002", file: "bad.prune", span: { start: 21, end: 28 } }]);
  });
  it("of standard methods are needed, of standard criteria not", () => {
    expect(codes("han()")).toEqual(["P2002"]);
    expect(codes('use han from "std"\nhan()')).toEqual([]);
    expect(codes("prune filters by taylor 50%")).toEqual([]);
  });
});
