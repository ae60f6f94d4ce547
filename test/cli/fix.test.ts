import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.js";
import { applicable, edited } from "../../core/diagnostics/apply.js";
import { diagnostic, insert, replace } from "../../core/diagnostics/create.js";
import { fakeTerminal } from "./fake-terminal.js";

const cwd = mkdtempSync(join(tmpdir(), "espalier-fix-"));
async function mended(text: string, ...args: string[]) {
  writeFileSync(join(cwd, "a.prune"), text);
  const { terminal, said } = fakeTerminal({ cwd });
  const code = await main(["check", "a.prune", "--fix", ...args], terminal);
  return { code, text: readFileSync(join(cwd, "a.prune"), "utf8"), ...said };
}

describe("check --fix", () => {
  it.for([
    ["train 2 epochs lr 0.1\n", "train 2 epochs with adam(rate: 0.1)\n"],
    [
      "train 2 epochs with SGD(lr=0.1, weight_decay: 1e-4) minimizing CrossEntropyLoss\nprune filters by L1 0.5\n",
      "train 2 epochs with sgd(rate: 0.1, weight-decay: 1e-4) minimizing cross-entropy\nprune filters by l1 50%\n",
    ],
    ["agp(target: 90%, epochs: 2 epochs)\n", 'use agp from "std"\nagp(sparsity: 90%, epochs: 2 epochs)\n'],
    ["prune filters by l1 50 %\nslim # as it was\n", "prune filters by l1 50%\nslim # as it was\n"],
  ])("mends %j", async ([written = "", meant = ""]) => {
    const { code, text, err } = await mended(written);
    expect(text).toBe(meant);
    expect(code).toBe(0);
    expect(err).toContain("fixed a.prune:1:");
  });

  it("leaves alone what two fixes could mend, and what a fix would make worse", async () => {
    for (const text of ["train 2\n", "prune filters by l1 by 50%\n", "prune filters by l1 ratio 0.5\n"]) {
      const { code, text: after } = await mended(text);
      expect([code, after]).toEqual([1, text]);
    }
  });

  it("says what it did as data", async () => {
    const { out } = await mended("prune filters by L1 50%\n", "--json");
    expect(JSON.parse(out).fixed).toEqual([{ code: "P2002", line: 1, column: 18, title: "write `l1`" }]);
  });

  it("checks several files, also past one that is not there", async () => {
    writeFileSync(join(cwd, "b.prune"), "slim\n");
    const { terminal, said } = fakeTerminal({ cwd });
    expect(await main(["check", "none.prune", "b.prune", "--json"], terminal)).toBe(1);
    const { files } = JSON.parse(said.out);
    expect(files.map((one: { file: string }) => one.file)).toEqual(["none.prune", "b.prune"]);
  });
});

it("never applies two fixes that touch", () => {
  const at = (start: number, end: number, text: string) =>
    diagnostic("P1001", "x", { start, end }, { fixes: [replace("x", { start, end }, text)] });
  const chosen = applicable("0123456789", [
    at(0, 2, "A"),
    at(2, 3, "B"),
    at(4, 5, "C"),
    diagnostic("P1001", "y", null, { fixes: [insert("y", 5, "D")] }),
    { ...at(6, 7, "E"), file: "other.prune" },
  ]);
  expect(
    edited(
      "0123456789",
      chosen.flatMap(({ fix }) => fix.edits),
    ),
  ).toBe("A23C56789");
});
