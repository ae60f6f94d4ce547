import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalJson, hashJson } from "../../../core/ir/hash.js";
import { validateIr } from "../../../core/ir/validate.js";
import { front } from "../../../compiler/passes/index.js";
import { casesIn } from "../../helpers/cases.js";

const programs = casesIn(join(import.meta.dirname, "../../cases/programs"));

/** Programs that show what a file of its own would have to declare: what they say. */
const known: ReadonlyMap<string, readonly string[]> = new Map([
  ["04-statement-table", ["P3026 this makes masks part of the weights while they are learned"]],
  ["05-structures", ["P2040 no masks are learned above"]],
  ["m-soft-weight-sharing", ["P2002 there is no way to share values `mixture`"]],
]);

describe("the sample programs", () => {
  it.each(programs)("$name lowers, or says what is not available", ({ name, text }) => {
    const { ir, diagnostics } = front(text, { epochs: 20 });
    const errors = diagnostics.filter((d) => d.severity === "error");
    expect(errors.map((d) => `${d.code} ${d.message}`)).toEqual(known.get(name) ?? []);
    expect(ir === null).toBe(diagnostics.some((d) => d.severity === "error"));
    if (ir === null) return;
    expect(validateIr(ir).diagnostics).toEqual([]);
    const again = front(text, { epochs: 20 });
    expect(JSON.stringify(again.ir)).toBe(JSON.stringify(ir));
    expect(hashJson(again.ir)).toBe(hashJson(JSON.parse(canonicalJson(ir))));
  });
});
