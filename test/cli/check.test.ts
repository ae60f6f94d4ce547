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

it("ends with the number of all that was found, in the program and beside it", async () => {
  const model = {
    format: "layers-model",
    modelTopology: {
      class_name: "Sequential",
      config: [
        {
          class_name: "Dense",
          config: { name: "h", units: 6, activation: "relu", batch_input_shape: [null, 2] },
        },
        { class_name: "Dense", config: { name: "head", units: 2, activation: "softmax" } },
      ],
    },
  };
  writeFileSync(join(cwd, "model.json"), JSON.stringify(model));
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5},${i % 2}\n`);
  writeFileSync(join(cwd, "data.csv"), `a,b,label\n${rows.join("")}`);
  const counted = async (program: string) => {
    writeFileSync(join(cwd, "a.prune"), program);
    const found = await ran(
      "check",
      join(cwd, "a.prune"),
      "--network",
      join(cwd, "model.json"),
      "--data",
      join(cwd, "data.csv"),
    );
    // Data that hold nothing out are no mistake of the program.
    expect(found.err).toMatch(/^warning\[P6011\]/);
    expect(found.err).not.toMatch(/\d warnings?$/m);
    return found.out.trimEnd().split("\n").at(-1);
  };
  const good = "train 1 epoch\nprune neurons by l1 50%\nfinetune 1 epoch\nslim\n";
  expect(await counted(good)).toBe("1 warning");
  expect(await counted(good.replace("50%", "0%"))).toBe("2 warnings");
});
