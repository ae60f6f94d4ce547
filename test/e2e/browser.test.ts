import { expect, it } from "vitest";
import { node } from "./cli.js";
import { emptyProject, residual } from "./project.js";

/** A module loader that tells of every part of Node that is asked for. */
const watcher = `import { writeSync } from "node:fs";
export async function load(url, context, next) {
  if (url.startsWith("node:")) writeSync(2, "loads " + url);
  return next(url, context);
}
`;

/** Takes away what a browser does not have, then compiles. */
const script = `
const kept = globalThis.process;
const model = JSON.parse(kept.argv[2]);
for (const name of ["process", "Buffer", "global", "setImmediate"]) delete globalThis[name];
const { compile, format, readNetwork, renderDiagnostics } = await import("espalier/compiler");
const { network } = readNetwork(model);
const program = "train 2 epochs { prune filters by l1 local 50% at epoch 2 }; slim";
const { code, plan } = compile(program, { network });
const mistake = "prune filers by l1 50%";
const shown = renderDiagnostics(compile(mistake).diagnostics, { main: "a.prune", texts: new Map([["a.prune", mistake]]) });
globalThis.process = kept;
console.log(JSON.stringify({ code, params: plan.events.at(-1).params, formatted: format(program).text, shown }));
`;

it("espalier/compiler compiles where there is no Node", async () => {
  const project = await emptyProject();
  project.write("watcher.mjs", watcher);
  project.write("browser.mjs", script);
  const ended = await node(project, [
    "--no-warnings",
    "--loader",
    "./watcher.mjs",
    "browser.mjs",
    JSON.stringify(residual),
  ]);
  expect(ended.err).not.toContain("loads node:");
  expect(ended.code, ended.err).toBe(0);
  const { code, params, formatted, shown } = JSON.parse(ended.out);
  expect(code).toContain("run.slim(");
  expect(params[0]).toBe(params[1]);
  expect(formatted).toContain("slim\n");
  expect(shown).toContain("error[P1005]");
}, 60_000);
