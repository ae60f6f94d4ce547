import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { front } from "../../compiler/passes/index.js";
import { declaredKey } from "../../compiler/passes/module.js";
import { allMethods } from "../../compiler/render/methods.js";
import { standardLibrary } from "../../compiler/passes/standard.js";
import { validateIr } from "../../core/ir/validate.js";
import { format } from "../../grammar/index.js";
import { embeddedTexts } from "../../scripts/embed-stdlib.mjs";
import { stdlibTexts } from "../../stdlib/index.js";

const methods = allMethods().map(({ name }) => name);

describe("the standard library", () => {
  it("is embedded as it stands in its files", () => {
    const committed = readFileSync(join(import.meta.dirname, "../../stdlib/generated/texts.ts"), "utf8");
    expect(committed).toBe(embeddedTexts());
  });
  it("finds every declaration by its name before its file is read", () => {
    const library = standardLibrary();
    const all = [...library.values()];
    expect(all.length).toBeGreaterThan(15);
    for (const declared of all) expect(library.get(declaredKey(declared.kind, declared.name))).toBe(declared);
    expect(library.has("criterion han")).toBe(false);
  });
  it.each(methods)("%s runs with its defaults and follows the schema", (name) => {
    const { ir, diagnostics } = front(`use ${name} from "std"\n${name}()`);
    expect(diagnostics).toEqual([]);
    expect(validateIr(ir).diagnostics).toEqual([]);
  });
  it.each([...stdlibTexts])("%s is written as the formatter writes", (_name, text) => {
    expect(format(text).text).toBe(text);
  });
  it("shows no own codes: every criterion, penalty and curve has a use that lowers", () => {
    const criteria = ["l1", "l2", "magnitude", "random", "taylor", "snip", "gradient"];
    const uses = [
      ...criteria.map((name) => `prune filters by ${name} 10%`),
      ...["l1", "l2", "group-lasso"].map(
        (name) => `train 1 epoch { penalize filters by ${name} strength 1e-4 }`,
      ),
      ...["linear", "cubic", "quadratic"].map(
        (name) => `train 1 epoch { prune filters by l1 from 0% to 50% along ${name} every step }`,
      ),
    ];
    for (const use of uses) expect(front(use).diagnostics, use).toEqual([]);
  });
});
