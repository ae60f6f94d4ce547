import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explained } from "../../core/diagnostics/explain.js";

const root = join(import.meta.dirname, "../cases/mistakes");
const files = readdirSync(root, { recursive: true, encoding: "utf8" });

/**
 * No program and no command line may cause them. P7017: callbacks are given in JavaScript alone (`test/runtime/watch`). P7022: workers are of pages
 * (`test/runtime/browser`). P9507 says
 * that espalier itself is at fault, and `expectWellEnded` refuses it everywhere.
 */
const never: readonly string[] = ["P7017", "P7022", "P9507"];

test("every diagnostic is shown by a case", () => {
  const shown = new Set(
    files
      .filter((file) => file.endsWith(".expected"))
      .flatMap((file) => readFileSync(join(root, file), "utf8").match(/^P\d{4}\b|\(P\d{4}\)$/gm) ?? [])
      .map((code) => code.replace(/[()]/g, "")),
  );
  expect(explained.filter((code) => !shown.has(code))).toEqual(never);
});

test("every expectation has a case, and every case an expectation", () => {
  const stems = (ends: RegExp) =>
    files
      .filter((file) => ends.test(file) && !file.startsWith(join("names", "imported")))
      .map((file) => file.replace(ends, ""))
      .sort();
  expect(stems(/\.expected$/)).toEqual(stems(/\.(prune|json)$/));
});
