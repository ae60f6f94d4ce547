import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, hashJson } from "../../../core/ir/hash.js";

describe("hashJson", () => {
  it("does not depend on the order of keys and survives JSON", () => {
    expect(hashJson({ a: 1, b: [2, { d: 3, c: 4 }] })).toBe(hashJson({ b: [2, { c: 4, d: 3 }], a: 1 }));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(hashJson(JSON.parse(JSON.stringify(value)))).toBe(hashJson(JSON.parse(canonicalJson(value))));
      }),
    );
  });
  it("is 16 digits, stays the same, and tells near texts apart", () => {
    expect(hashJson({ ir: 1 })).toMatch(/^[0-9a-f]{16}$/);
    expect(hashJson("espalier")).toBe(hashJson("espalier"));
    const seen = new Set(Array.from({ length: 20_000 }, (_, i) => hashJson({ share: i })));
    expect(seen.size).toBe(20_000);
  });
});
