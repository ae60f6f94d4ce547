import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateIr } from "../../../core/ir/validate.js";
import { front } from "../../../compiler/passes/index.js";
import { casesIn } from "../../helpers/cases.js";
import { namedNetwork } from "../../helpers/front-case.js";
import { runs } from "../../helpers/runs.js";

const texts = casesIn(join(import.meta.dirname, "../../cases/programs")).map((one) => one.text);
const network = namedNetwork("residual, identity");

/** Words and punctuation of a text, with what stands between them. */
const tokens = (text: string): string[] => text.match(/\s+|[A-Za-z_][\w-]*|[\d.]+%?|"[^"]*"|#.*|./g) ?? [];

function check(text: string): void {
  const { ir, diagnostics } = front(text, { epochs: 5, network });
  expect(ir === null).toBe(diagnostics.some((d) => d.severity === "error"));
  for (const { span, file } of diagnostics) {
    if (span === undefined || file !== undefined) continue;
    expect(span.start >= 0 && span.end <= text.length && span.start <= span.end).toBe(true);
  }
  if (ir !== null) expect(validateIr(ir).diagnostics).toEqual([]);
}

describe("whatever is written", () => {
  it("never throws: tokens deleted, doubled, swapped, or taken from another program", () => {
    const pick = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        pick,
        pick,
        fc.constantFrom("delete", "double", "swap", "graft"),
        (text, a, b, how) => {
          const parts = tokens(text);
          const [i, j] = [a % parts.length, b % parts.length];
          const [x = "", y = ""] = [parts[i], parts[j]];
          const other = tokens(texts[b % texts.length] ?? "");
          if (how === "delete") parts.splice(i, 1);
          else if (how === "double") parts.splice(i, 0, x);
          else if (how === "swap") [parts[i], parts[j]] = [y, x];
          else parts.splice(i, 1, other[a % other.length] ?? "");
          check(parts.join(""));
        },
      ),
      { numRuns: runs(300, 3000) },
    );
  });

  it.each([
    ["a long sum", `prune weights by w${" + w".repeat(20_000)} 50%`],
    ["a long condition", `train 1 epoch until accuracy > 1%${" and accuracy > 1%".repeat(5000)}`],
    ["a long budget", `prune filters by l1 to macs <= 50%${" and macs <= 50%".repeat(5000)}`],
    ["many minuses", `prune filters by ${"-".repeat(5000)}w 50%`],
    [
      "methods that multiply",
      `${Array.from({ length: 30 }, (_, i) => `method m${i}() { ${i === 0 ? "slim" : `m${i - 1}() m${i - 1}()`} }`).join("\n")}\nm29()`,
    ],
    [
      "names of objects' own",
      "prune filters by constructor 50%\nparam __proto__ = 1\ntrain 1 epoch with toString(valueOf: 1) minimizing hasOwnProperty",
    ],
    ["arguments named so", "train 1 epoch with sgd(__proto__: 1, constructor: 2)"],
  ])("says what is wrong with %s", (_name, text) => {
    const before = Date.now();
    expect(front(text, { epochs: 5 }).diagnostics.some((d) => d.severity === "error")).toBe(true);
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it("takes hostile settings from outside", () => {
    const set = JSON.parse('{"__proto__": "1", "constructor": "2", "share": "9%; save \\"x\\""}');
    const { ir, diagnostics } = front("param share = 10%\nprune filters by l1 amount share", { set });
    expect(ir).toBeNull();
    expect(diagnostics.map((d) => d.code).sort()).toEqual(["P2010", "P2010", "P2011"]);
  });
});
