import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bases } from "../helpers/mistakes/bases.js";
import { damagedBytes, damagedJson, dice, type Dice } from "../helpers/mistakes/damage.js";
import { attempt } from "../helpers/mistakes/handed-in.js";
import { builtPackage } from "../helpers/package.js";
import { expectWellEnded } from "../helpers/mistakes/well-ended.js";
import { runs } from "../helpers/runs.js";
import { write } from "../helpers/mistakes/write.js";

/** Models damaged at random, run by the command line: it slims them or refuses them in words, and leaves nothing half-written. */

let built = "";
let folder = "";
beforeAll(async () => {
  built = await builtPackage();
  mkdirSync(join(built, "projects"), { recursive: true });
  folder = mkdtempSync(join(built, "projects", "fuzz-"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (content: string | Uint8Array | undefined): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : (content ?? new Uint8Array());

/** The codes that so many damaged files gave. */
async function codesAfter(
  { base, file, times, args }: { base: string; file: string; times: number; args?: readonly string[] },
  damage: (whole: Uint8Array, roll: Dice) => string | Uint8Array,
): Promise<ReadonlySet<string>> {
  const whole = bases[base] ?? {};
  const codes = new Set<string>();
  for (let seed = 0; seed < times; seed++) {
    write(folder, whole);
    writeFileSync(join(folder, file), damage(text(whole[file]), dice(seed, `${base} ${file}`)));
    const outcome = await attempt(built, folder, { base, ...(args === undefined ? {} : { args }) });
    rmSync(join(folder, "out"), { recursive: true, force: true });
    try {
      expectWellEnded(outcome);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${outcome.ended.out.slice(0, 2000)}`, { cause });
    }
    for (const { code } of outcome.diagnostics) codes.add(code);
  }
  return codes;
}

const json = (whole: Uint8Array, roll: Dice) =>
  JSON.stringify(damagedJson(JSON.parse(new TextDecoder().decode(whole)), roll));

const check = ["check", "a.prune", "--network", "model.json"];

it("model.json, its bytes", async () => {
  expect(
    await codesAfter({ base: "dense", file: "model.json", times: runs(20, 200) }, damagedBytes),
  ).toContain("P5103");
});
it("model.json, its fields", async () => {
  expect(await codesAfter({ base: "dense", file: "model.json", times: runs(40, 400) }, json)).toContain(
    "P5002",
  );
});
it("model.json of a residual network, checked", async () => {
  expect(
    await codesAfter({ base: "images", file: "model.json", times: runs(60, 600), args: check }, json),
  ).toContain("P5006");
});
it("model.json of a residual network, run", async () => {
  expect(await codesAfter({ base: "images", file: "model.json", times: runs(12, 60) }, json)).toContain(
    "P5002",
  );
});
it("weights.bin", async () => {
  expect(
    await codesAfter({ base: "dense", file: "weights.bin", times: runs(20, 100) }, damagedBytes),
  ).toContain("P5107");
});
