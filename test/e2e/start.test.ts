import { describe, expect, it } from "vitest";
import { espalier, node, onWasm } from "./cli.js";
import { smallProject } from "./project.js";

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

  it("a run tells once what was foreseen", async () => {
    const project = await smallProject("train 2 epochs keeping best by accuracy\n");
    const { code, err, out } = await espalier(project, ["run", "a.prune", ...onWasm]);
    expect(code, err).toBe(0);
    expect((err + out).match(/chosen on the test split/g)).toHaveLength(1);
  });
});
