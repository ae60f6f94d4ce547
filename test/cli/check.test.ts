import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { main } from "../../cli/main.js";
import { fakeTerminal } from "./fake-terminal.js";

const cwd = mkdtempSync(join(tmpdir(), "espalier-check-"));
writeFileSync(join(cwd, "long.prune"), "train 90 epochs { prune filters by l1 to 20% every epoch }\n");

async function ran(...args: string[]) {
  const { terminal, said } = fakeTerminal({ cwd });
  return { code: await main(args, terminal), ...said };
}
const lines = (text: string) => text.split("\n").filter((line) => /^ +\d+ .*prune filters/.test(line));

it("takes long runs together, and lists all with --events", async () => {
  const path = join(cwd, "long.prune");
  expect(lines((await ran("check", path)).out)).toEqual([]);
  const all = lines((await ran("check", path, "--events")).out);
  expect(all).toHaveLength(90);
  expect(all.at(-1)).toMatch(/^ +90 +epoch 90 +prune filters$/);
  expect(JSON.parse((await ran("check", path, "--json")).out).events).toHaveLength(90);
});

it.for([
  ["--batch", "16777217"],
  ["--epochs", "1000000001"],
  ["--epochs", "99999999999999999999"],
])("refuses %s %s", async ([option = "", value = ""]) => {
  const { code, err } = await ran("check", join(cwd, "long.prune"), option, value);
  expect(code).toBe(2);
  expect(err).toMatch(/write a whole number from 1 to \d+/);
});
