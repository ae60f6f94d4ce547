import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bases } from "../helpers/mistakes/bases.js";
import { inProcess } from "../helpers/mistakes/command.js";
import { damagedBytes, damagedJson, dice, type Dice } from "../helpers/mistakes/damage.js";
import { attempt } from "../helpers/mistakes/handed-in.js";
import { builtPackage } from "../helpers/package.js";
import { expectWellEnded } from "../helpers/mistakes/well-ended.js";
import { write } from "../helpers/mistakes/write.js";
import { runs } from "../helpers/runs.js";

/** Checkpoints damaged at random, some of them with digests made to fit again: resuming goes on, or is refused in words. */

const program = `train 2 epochs batch 8 with adam {
  prune neurons by l1 30% every epoch
}
rewind weights to start
slim
train 1 epoch
`;
const args = "run a.prune --network model.json --data data --backend cpu --out out".split(" ");
let built = "";
let folder = "";
let newest = "";

beforeAll(async () => {
  built = await builtPackage();
  mkdirSync(join(built, "projects"), { recursive: true });
  folder = mkdtempSync(join(built, "projects", "fuzz-"));
  write(folder, { ...bases["dense"], "a.prune": program });
  // A folder in the place of the report: the run fails at its very end, and its checkpoints stay.
  mkdirSync(join(folder, "out", "report.json"), { recursive: true });
  await inProcess(built, folder, [...args, "--checkpoint-every", "2steps"]);
  rmSync(join(folder, "out", "report.json"), { recursive: true });
  cpSync(join(folder, "out"), join(folder, "kept"), { recursive: true });
  newest =
    readdirSync(join(folder, "kept", "checkpoint"))
      .sort()
      .at(-1) ?? "";
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kept = (file: string): Uint8Array => readFileSync(join(folder, "kept", "checkpoint", newest, file));
const digestOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/** The state with both digests as whoever forges a checkpoint would write them. */
function signed(state: unknown, tensors: Uint8Array): string {
  const body = { tensors: digestOf(tensors), state };
  return JSON.stringify({ "espalier-checkpoint": 1, digest: digestOf(JSON.stringify(body)), ...body });
}

/** The codes that so many checkpoints gave, alone in the folder so that nothing else can be resumed from. */
async function resumed(
  name: string,
  times: number,
  forge: (roll: Dice) => Readonly<Record<string, string | Uint8Array>>,
): Promise<ReadonlySet<string>> {
  const codes = new Set<string>();
  for (let seed = 0; seed < times; seed++) {
    rmSync(join(folder, "out"), { recursive: true, force: true });
    cpSync(join(folder, "kept"), join(folder, "out"), { recursive: true });
    for (const one of readdirSync(join(folder, "out", "checkpoint")))
      if (one !== newest) rmSync(join(folder, "out", "checkpoint", one), { recursive: true });
    write(join(folder, "out", "checkpoint", newest), forge(dice(seed, name)));
    const outcome = await attempt(built, folder, { args: [...args, "--resume"] });
    try {
      expectWellEnded(outcome);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${outcome.ended.out.slice(0, 2000)}`, { cause });
    }
    for (const { code } of outcome.diagnostics) codes.add(code);
  }
  return codes;
}

const state = (): unknown => {
  const { state: found }: { state: unknown } = JSON.parse(Buffer.from(kept("state.json")).toString("utf8"));
  return found;
};

it("its bytes", async () => {
  const found = await resumed("bytes", runs(12, 100), (roll) => {
    const file = roll(2) === 0 ? "state.json" : "tensors.safetensors";
    return { [file]: damagedBytes(kept(file), roll) };
  });
  expect(found).toContain("P7003");
});

it("its state, signed again", async () => {
  const tensors = kept("tensors.safetensors");
  const found = await resumed("state", runs(20, 200), (roll) => ({
    "state.json": signed(damagedJson(state(), roll), tensors),
  }));
  expect(found).toContain("P7003");
});

it("its tensors, signed again", async () => {
  const found = await resumed("tensors", runs(12, 150), (roll) => {
    const tensors = damagedBytes(kept("tensors.safetensors"), roll);
    return { "tensors.safetensors": tensors, "state.json": signed(state(), tensors) };
  });
  expect(found).toContain("P7003");
});
