import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import * as prettier from "prettier";
import { describe, expect, it } from "vitest";
import { format, print } from "../../grammar/index.js";
import * as plugin from "../../integrations/prettier.js";
import { emptyProject } from "../e2e/project.js";
import { programs } from "../grammar/arbitrary-statements.js";
import { casesIn } from "../helpers/cases.js";
import { runs } from "../helpers/runs.js";

const written = (text: string, options: prettier.Options = {}): Promise<string> =>
  prettier.format(text, { parser: "prune", plugins: [plugin], ...options });

const cases = casesIn(join(import.meta.dirname, "../cases/programs"));

const commented = `# what for
prune   filters by l1   # why
  # how much
  50% every 2 epochs

# behind
`;

describe("the plugin for Prettier", () => {
  it("writes what fmt writes, and that again", async () => {
    expect(cases.length).toBeGreaterThanOrEqual(100);
    for (const { name, text } of [...cases, { name: "commented", text: commented }, { name: "", text: "" }]) {
      const once = await written(text);
      expect(once, name).toBe(format(text).text);
      expect(await written(once), name).toBe(once);
    }
  });

  it("takes any program, with line ends as asked", () =>
    fc.assert(
      fc.asyncProperty(
        programs,
        fc.constantFrom("lf" as const, "crlf" as const),
        async (program, endOfLine) => {
          const text = print(program);
          const once = await written(text, { endOfLine });
          expect(once).toBe(endOfLine === "lf" ? text : text.replaceAll("\n", "\r\n"));
          expect(await written(once, { endOfLine })).toBe(once);
        },
      ),
      { numRuns: runs(30, 3000) },
    ));

  it("shows a mistake in a frame, at its place", async () => {
    const failure = await written("train 1 epoch\n  prune filers by l1 50%\n").then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(failure).toMatchObject({
      name: "SyntaxError",
      loc: { start: { line: 2, column: 9 }, end: { line: 2, column: 15 } },
    });
    expect(String(failure)).toMatch(/P1005: .*filers.*\(2:9\)\n[^]*> 2 \|/);
  });

  it("formats fenced blocks of Markdown", async () => {
    const page = "# Schedule\n\n```prune\nprune   filters by l1 50%;slim\n```\n";
    expect(await prettier.format(page, { parser: "markdown", plugins: [plugin] })).toBe(
      "# Schedule\n\n```prune\nprune filters by l1 50%\nslim\n```\n",
    );
  });

  it("takes and gives the mark of files to format", async () => {
    const text = "prune   filters by l1 50%\n";
    expect(await written(text, { requirePragma: true })).toBe(text);
    expect(await written(`# @format\n${text}`, { requirePragma: true })).toBe(
      "# @format\nprune filters by l1 50%\n",
    );
    const marked = await written(text, { insertPragma: true });
    expect(marked).toBe("# @format\n\nprune filters by l1 50%\n");
    expect(await written(marked, { insertPragma: true })).toBe(marked);
  });
});

it("`prettier --write` takes it by its name from the package", async () => {
  const project = await emptyProject();
  project.write(".prettierrc.json", JSON.stringify({ plugins: ["espalier/prettier"], printWidth: 40 }));
  project.write("a.prune", commented);
  project.write("b.prune", "prune filers by l1 50%\n");
  const cli = fileURLToPath(import.meta.resolve("prettier/bin/prettier.cjs"));
  const prettierOn = (...args: readonly string[]) =>
    spawnSync(process.execPath, [cli, ...args], { cwd: project.folder, encoding: "utf8" });
  expect(prettierOn("--check", "a.prune").status).toBe(1);
  const ended = prettierOn("--write", "a.prune", "b.prune");
  expect(ended.status).toBe(2);
  expect(ended.stderr).toMatch(/b\.prune: SyntaxError: P1005: .*\(1:7\)/);
  expect(ended.stderr).not.toContain("    at ");
  expect(readFileSync(join(project.folder, "a.prune"), "utf8")).toBe(format(commented).text);
  expect(readFileSync(join(project.folder, "b.prune"), "utf8")).toBe("prune filers by l1 50%\n");
  expect(prettierOn("--check", "a.prune").status).toBe(0);
  rmSync(project.folder, { recursive: true });
});
