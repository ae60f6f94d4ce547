import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { bound, espalier, reportOf } from "../e2e/cli.js";
import { smallProject, type Project } from "../e2e/project.js";

let project: Project;
const cache = mkdtempSync(join(tmpdir(), "espalier-verdict-"));
const env = { XDG_CACHE_HOME: cache };
const call = (...args: string[]) => espalier(project, args, { env });
const run = (out: string, backend: string) =>
  call("run", "a.prune", ...bound, "--backend", backend, "--batch", "32", "--out", out);
const kept = () => readdirSync(join(cache, "espalier")).map((name) => join(cache, "espalier", name));

beforeAll(async () => {
  project = await smallProject("train 1 epoch\n");
});

test("checking, formatting and help try nothing", async () => {
  await call("check", "a.prune", "--network", "net.json", "--data", "data.npz");
  await call("fmt", "a.prune");
  await call("--help");
  await call("run", "a.prune", ...bound, "--backend", "wasm", "--out", "wasm");
  expect(readdirSync(cache)).toEqual([]);
});

test("a run tries tfjs-node once, and the next run reads what was found", async () => {
  expect(await run("first", "node")).toMatchObject({ code: 0 });
  expect(kept()).toHaveLength(1);
  const [file = ""] = kept();
  const text = readFileSync(file, "utf8");
  expect(await run("second", "node")).toMatchObject({ code: 0 });
  expect(kept()).toEqual([file]);
  expect(readFileSync(file, "utf8")).toBe(text);
  expect(reportOf(project, "second").notes).toEqual([weightless]);
});

const weightless = "the model comes without weights (P5116)";

/** As if the processes of the trials had ended so. */
function found(verdict: object): void {
  const [file = ""] = kept();
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), verdict }));
}
const dead = {
  fault: "conv2d ends the process (SIGSEGV)",
  milliseconds: { convolution: 10, pointwise: null },
};
const slow = { fault: null, milliseconds: { convolution: 30, pointwise: null } };

test("where it dies with oneDNN, a run switches that off and says so", async () => {
  found({ asIs: dead, withoutOneDnn: slow });
  expect(await run("slow", "auto")).toMatchObject({ code: 0 });
  const { backend, notes } = reportOf(project, "slow");
  expect(backend).toBe("node");
  expect(notes).toEqual([
    expect.stringMatching(
      /^conv2d ends the process \(SIGSEGV\) with oneDNN.* they are off.* 3\.0 times as long$/,
    ),
    weightless,
  ]);
});

test("where it dies without oneDNN too, a run takes the next backend and says so", async () => {
  found({ asIs: dead, withoutOneDnn: dead });
  expect(await run("wasm2", "auto")).toMatchObject({ code: 0 });
  const { backend, notes } = reportOf(project, "wasm2");
  expect(backend).toBe("wasm");
  expect(notes).toEqual([
    expect.stringContaining("backend node does not open: conv2d ends the process (SIGSEGV)"),
    weightless,
  ]);
  const refused = await run("refused", "node");
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("P7301");
});
