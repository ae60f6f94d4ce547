import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidateLayers } from "../../../core/units/candidates.js";
import { matchesGlob, selectedLayers } from "../../../core/units/select.js";
import { namedNetwork } from "../../helpers/front-case.js";
import type { SelectionIr } from "../../../core/ir/types.js";

const plain = namedNetwork("plain");
const separable = namedNetwork("separable");
const paths = (layers: readonly number[] | null) => layers?.map((index) => plain.layers[index]?.path);

describe("candidates", () => {
  it("are conv layers for filters, never the output for neurons", () => {
    expect(paths(candidateLayers(plain, "filters"))).toEqual(["conv2d_1", "conv2d_2"]);
    expect(candidateLayers(plain, "neurons")).toEqual([]);
    expect(paths(candidateLayers(plain, "weights"))).toEqual(["conv2d_1", "conv2d_2", "dense_1"]);
  });
  it("leave depthwise kernels alone unless they are named", () => {
    const depthwise = separable.layers.findIndex((layer) => layer.className === "DepthwiseConv2D");
    expect(depthwise).toBeGreaterThanOrEqual(0);
    expect(candidateLayers(separable, "weights")).not.toContain(depthwise);
    const selection = { in: "depthwise*" };
    expect(selectedLayers(separable, selection, "weights")).toContain(depthwise);
  });
});

describe("selectedLayers", () => {
  it("takes patterns, numbers, places and conditions", () => {
    const select = (selection: SelectionIr) => paths(selectedLayers(plain, selection, "weights"));
    expect(select({ in: "conv*" })).toEqual(["conv2d_1", "conv2d_2"]);
    expect(select({ in: [{ range: [2, 3] }] })).toEqual(["conv2d_2", "dense_1"]);
    expect(select({ except: [{ place: "first" }, { place: "last" }] })).toEqual(["conv2d_2"]);
    expect(select({ in: { layer: "dense_1" } })).toEqual(["dense_1"]);
    const where = ["=", "kind", ["string", "dense"]] as const;
    expect(paths(selectedLayers(plain, { where }, "weights"))).toEqual(["dense_1"]);
    expect(selectedLayers(plain, { in: { variable: "L" } }, "weights")).toBeNull();
  });
});

describe("matchesGlob", () => {
  it("agrees with a regular expression", () => {
    const text = fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 8 }).map((parts) => parts.join(""));
    const glob = fc
      .array(fc.constantFrom("a", "b", "/", "*", "?"), { maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(glob, text, (pattern, name) => {
        const oracle = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        expect(matchesGlob(pattern, name)).toBe(oracle.test(name));
      }),
      { numRuns: 2000 },
    );
  });
  it("ends soon on hostile patterns", () => {
    expect(matchesGlob("a*".repeat(200) + "b", "a".repeat(2000))).toBe(false);
  });
});
