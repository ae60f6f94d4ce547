import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import { applied } from "../../helpers/cases.js";

/** What people write elsewhere or by a slip: `=>` what its one fix makes of it (⏎ a new line), `??` what is said where there is none. */
const rows = readFileSync(join(import.meta.dirname, "../../cases/elsewhere.txt"), "utf8")
  .trim()
  .split("\n");
const split = (by: string): readonly string[][] =>
  rows.filter((row) => row.includes(by)).map((row) => row.replaceAll("⏎", "\n").split(by));

/** That nothing says how long to train, or has trained, is no matter here. */
const mistakes = (text: string): readonly Diagnostic[] =>
  compile(text).diagnostics.filter((one) => one.severity === "error" && !/^P30(?:03|21)$/.test(one.code));

describe("words of elsewhere", () => {
  it.each(split(" => "))("%s", (written = "", meant = "") => {
    const [first] = mistakes(written);
    const [fix, ...others] = first?.fixes ?? [];
    expect(others).toEqual([]);
    expect(fix && applied(written, fix)).toBe(meant);
    expect(mistakes(meant)).toEqual([]);
  });

  it.each(split(" ?? "))("%s is explained", (written = "", help = "") => {
    const [first] = mistakes(written);
    expect(first?.help).toContain(help);
    expect(first?.fixes ?? []).toEqual([]);
  });
});
