import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { table } from "../../../core/diagnostics/table.js";
import { front } from "../../../compiler/passes/index.js";
import { applied, casesIn, runMistakes } from "../../helpers/cases.js";
import { caseOptions } from "../../helpers/front-case.js";

const root = join(import.meta.dirname, "../../cases/mistakes");
const families = ["names", "timing", "network", "gates", "search"];
const check = (text: string, path: string) => front(text, caseOptions(text, path)).diagnostics;

for (const family of families) runMistakes(join(root, family), check);

const cases = families.flatMap((family) => casesIn(join(root, family)));
const found = new Map(cases.map((one) => [one, check(one.text, one.path)]));

describe("mistakes in meaning", () => {
  it("shows every code in a case", () => {
    const shown = new Set<string>([...found.values()].flat().map((diagnostic) => diagnostic.code));
    const codes = Object.keys(table).filter((code) => /^P([238]0[0-4]|205|40[01])/.test(code));
    expect(codes.filter((code) => !shown.has(code))).toEqual([]);
  });

  it.each(cases)("$name says something, and says it inside the text", (one) => {
    const diagnostics = found.get(one) ?? [];
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { message, help, label, span, file, notes = [] } of diagnostics) {
      for (const line of [message, help ?? "x", label ?? "x", ...notes])
        expect(line).toMatch(/^[^A-Z].*[^.]$|^.$/);
      if (span === undefined || file !== undefined) continue;
      expect(span.start).toBeGreaterThanOrEqual(0);
      expect(span.end).toBeLessThanOrEqual(one.text.length);
      expect(span.end).toBeGreaterThan(span.start);
    }
  });

  it.each(cases)("$name has fixes that mend it", (one) => {
    for (const { fixes = [], code } of found.get(one) ?? []) {
      for (const fix of fixes) {
        const after = check(applied(one.text, fix), one.path);
        expect(
          after.filter((left) => left.code === code && left.severity === "error"),
          fix.title,
        ).toEqual([]);
      }
    }
  });
});
