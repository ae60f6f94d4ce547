import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../../compiler/compile.js";
import { table } from "../../core/diagnostics/table.js";
import { explain, explained } from "../../core/diagnostics/explain.js";
import { embeddedPages } from "../../scripts/embed-pages.mjs";

const root = join(import.meta.dirname, "../..");

test("every code has a page, headed by its title, and every page a code", () => {
  const headings = explained.map((code) => explain(code)?.split("\n")[0]);
  expect(headings).toEqual(Object.entries(table).map(([code, { title }]) => `# ${code}: ${title}`));
});

test("every code is given somewhere", () => {
  const given = new Set<string>();
  for (const folder of ["grammar", "core", "compiler", "runtime", "api", "cli", "integrations"]) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.includes("generated") || file === "diagnostics/table.ts") continue;
      const text = readFileSync(join(root, folder, file), "utf8");
      for (const [, code = ""] of text.matchAll(/"(P\d{4})"/g)) given.add(code);
    }
  }
  expect(Object.keys(table).filter((code) => !given.has(code))).toEqual([]);
});

test("the pages that `explain` prints are those of docs/errors", () => {
  expect(readFileSync(join(root, "core/diagnostics/generated/pages.ts"), "utf8")).toBe(embeddedPages());
  expect(explain("p4002")).toBe(readFileSync(join(root, "docs/errors/P4002.md"), "utf8"));
  expect(explain("P0000")).toBeNull();
});

describe.each(explained)("%s", (code) => {
  const page = explain(code) ?? "";

  test("is short, and says what, why, what is wrong and what is right", () => {
    expect(page.split("\n").length).toBeLessThanOrEqual(32);
    const [title = "", why = "", wrong = "", , right = ""] = page.split("\n\n");
    expect(title.startsWith(`# ${code}: `) && !title.endsWith(".")).toBe(true);
    expect(why).toMatch(/^[A-Z`][^]*\.$/);
    expect([wrong, right]).toEqual(["Wrong:", "Right:"]);
    expect(page.match(/^```\w+$/gm)?.length).toBe(2);
  });

  if (!page.includes("```prune")) return;
  test("is given for the wrong example and not for the right one", () => {
    const [wrong = "", right = ""] = [...page.matchAll(/```prune\n([^]*?)```/g)].map(([, text]) => text);
    const options = code === "P3003" ? {} : { epochs: 20 };
    expect(compile(wrong, options).diagnostics.map((one) => one.code)).toContain(code);
    const mended = compile(right, options).diagnostics;
    expect(mended.filter((one) => one.severity === "error" || one.code === code)).toEqual([]);
  });
});
