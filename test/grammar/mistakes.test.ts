import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { table } from "../../core/diagnostics/table.js";
import { parse } from "../../grammar/index.js";
import { applied, casesIn, runMistakes } from "../helpers/cases.js";

const directory = join(import.meta.dirname, "../cases/mistakes/syntax");

runMistakes(directory, (text) => parse(text).diagnostics);

/** More than one mistake stands in these on purpose. */
const SEVERAL: ReadonlySet<string> = new Set(["two-mistakes-two-lines"]);
/** No edit could know what was meant. */
const WITHOUT_FIX: ReadonlySet<string> = new Set([
  "block-alone",
  "unknown-unit",
  "missing-path",
  "cut-after-by",
  "cut-after-prune",
  "cut-in-arguments",
  "call-form",
  "method-named-by-a-word",
  "mark-named-by-a-unit",
  "no-structure",
  "unknown-statement",
  "clause-at-the-start",
  "clause-of-another-statement",
  "block-size",
  "empty-block-size",
  "stride-zero",
  "aligned-to-a-fraction",
  "number-too-large",
  "accented-name",
  "expression-cut",
  "missing-value-name",
  "nested-too-deep",
]);

const plainName = (name: string): string => name.replace(/^\d+-/, "");

describe("syntax mistakes", () => {
  it.each(casesIn(directory))("$name gives one error and keeps what follows", ({ name, text }) => {
    const { program, diagnostics } = parse(text);
    expect(diagnostics).toHaveLength(SEVERAL.has(plainName(name)) ? 2 : 1);
    const follower = text.trimEnd().endsWith("\nslim");
    const last = program.statements.at(-1);
    const refused = diagnostics.some(({ code }) => code === "P1029");
    if (follower && !refused) expect(last?.kind).toBe("slim");
  });

  it.each(casesIn(directory))("$name has a fix that parses, or none", ({ name, text }) => {
    const fixes = parse(text).diagnostics.flatMap((diagnostic) => diagnostic.fixes ?? []);
    expect(fixes.length === 0).toBe(WITHOUT_FIX.has(plainName(name)));
    for (const fix of fixes) {
      const left = parse(applied(text, fix)).diagnostics.map((diagnostic) => diagnostic.code);
      expect(left, fix.title).toEqual(SEVERAL.has(plainName(name)) ? ["P1003"] : []);
    }
  });

  it("forgives one closing brace for each opening one that is missing, and no more", () => {
    const [missingBrace, strayBrace] = ["P1010", "P1008"];
    for (let missing = 0; missing < 4; missing++) {
      for (let extra = 0; extra < 4; extra++) {
        const text = "repeat 2 times\nslim\n}\n".repeat(missing) + "}\n".repeat(extra);
        const codes = parse(text).diagnostics.map(({ code }) => code);
        expect(codes, text).toEqual([
          ...Array<string>(missing).fill(missingBrace),
          ...Array<string>(extra).fill(strayBrace),
        ]);
      }
    }
  });

  it("words every message in lower case without a final stop", () => {
    for (const { text } of casesIn(directory)) {
      for (const { message, help = "" } of parse(text).diagnostics) {
        expect(message).toMatch(/^[^A-Z].*[^.]$/);
        expect(help).not.toMatch(/\.$/);
      }
    }
  });

  it("shows every code in a case or in the limits", () => {
    const shown = new Set<string>(
      casesIn(directory).flatMap(({ text }) => parse(text).diagnostics.map((d) => d.code)),
    );
    shown.add(parse("x".repeat(1_000_001)).diagnostics[0]?.code ?? "");
    for (const { code } of parse("prune ".repeat(300)).diagnostics) shown.add(code);
    const codes = Object.keys(table).filter((code) => code.startsWith("P1"));
    expect(codes.filter((code) => !shown.has(code))).toEqual([]);
  });
});
