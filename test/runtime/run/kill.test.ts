import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { randomStream } from "../../../runtime/random.js";
import { transpile } from "../../helpers/transpile.js";
import { smallNetwork } from "./fixtures.js";
import { results } from "./results.js";

const folder = resolve("node_modules/.cache/espalier-tests", `kill-${process.pid}`);
const network = smallNetwork();
let root = "";

/** Runs the program in `argv[2]`, going on where it stood; a line for everything it tells. */
const child = `
import { options } from "./test/runtime/run/fixtures.js";
import { resumable } from "./test/runtime/run/resumable.js";
const [out, network] = process.argv.slice(2);
const onProgress = ({ kind }) => process.stdout.write(kind + "\\n");
await resumable(options({ network, out, resume: true, onProgress, checkpointEvery: "1steps" }));
`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "espalier-kill-"));
  await transpile(folder, ["test/runtime/run/fixtures.ts", "test/runtime/run/resumable.ts"]);
  await writeFile(join(folder, "child.js"), child);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

/** Kills the process `delay` milliseconds after its `at`th line; true when it had ended by itself. */
function runUntil(out: string, at: number, delay: number): Promise<boolean> {
  return new Promise((done, failed) => {
    const process = spawn("node", [join(folder, "child.js"), out, network], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let lines = 0;
    let errors = "";
    process.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    process.stdout.on("data", (chunk: Buffer) => {
      const before = lines;
      lines += chunk.toString().split("\n").length - 1;
      if (before < at && lines >= at) setTimeout(() => process.kill("SIGKILL"), delay);
    });
    process.on("error", failed);
    process.on("close", (code, signal) => {
      if (code !== 0 && signal !== "SIGKILL") failed(new Error(errors));
      else done(signal !== "SIGKILL");
    });
  });
}

it("a process killed again and again, also while it writes checkpoints, ends with the bytes of one that was not", async () => {
  const whole = join(root, "whole");
  const killed = join(root, "killed");
  const uninterrupted = runUntil(whole, Infinity, 0);
  const draw = randomStream(5, "kills");
  let kills = 0;
  // Every process goes on for a few lines: a line is a step, an event, or a checkpoint written.
  while (
    !(await runUntil(
      killed,
      kills < 6 ? 3 + draw.integer(kills, 16) : Infinity,
      draw.integer(100 + kills, 12),
    ))
  ) {
    kills++;
    expect(kills).toBeLessThan(30);
  }
  await uninterrupted;
  expect(kills).toBeGreaterThan(3);
  expect(await results(killed)).toEqual(await results(whole));
}, 120_000);
