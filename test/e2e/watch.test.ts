import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { espalier } from "./cli.js";
import { smallProject, type Project } from "./project.js";

/** A file of the project that changes, and what must then be said before the next one does. */
type Change = readonly [change: (project: Project) => void, then: RegExp];

/** Runs a command that watches through some changes, then ends it as ctrl-c does. */
async function watched(project: Project, args: readonly string[], first: RegExp, changes: readonly Change[]) {
  let said = "";
  let next = 0;
  let wanted = first;
  const ended = await espalier(project, args, {
    onText(text, kill) {
      said += text;
      // Each round ends with what is watched: nothing is read any more. Of two streams either may come first.
      if (!wanted.test(said) || !/watching \d+ files?; ctrl-c ends\n/.test(said)) return;
      said = "";
      const change = changes[next++];
      if (change === undefined) return kill("SIGINT");
      wanted = change[1];
      setTimeout(() => change[0](project), 20);
    },
  });
  expect(next).toBe(changes.length + 1);
  return ended;
}

const network = (filters: number) => `export default ({ tf }) => {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ name: "c", inputShape: [8, 8, 1], filters: ${filters}, kernelSize: 3 }));
  model.add(tf.layers.flatten({ name: "f" }));
  model.add(tf.layers.dense({ name: "d", units: 4, activation: "softmax" }));
  return model;
};
`;

it("check --watch checks again when a program, what it imports or its network changes", async () => {
  const project = await smallProject('use half from "./parts/half.prune"\nhalf()\n');
  mkdirSync(join(project.folder, "parts"));
  const half = (share: string) => `method half() {\n  prune filters by l1 local ${share}\n}\n`;
  project.write("parts/half.prune", half("50%"));
  project.write("net.mjs", network(8));
  const args = ["check", "a.prune", "--network", "net.mjs", "--epochs", "1", "--watch"];
  const { code, signal, err } = await watched(project, args, /Events[^]* 4 +4 +4 +8\b/, [
    [(p) => p.write("parts/half.prune", half("25%")), /Events[^]* 2 +2 +2 +8\b/],
    [(p) => p.write("parts/half.prune", half("25%").replace("filters", "filers")), /error\[P1005\]/],
    // As editors write: another file takes the name.
    [
      (p) => {
        p.write("parts/new", half("50%"));
        renameSync(join(p.folder, "parts/new"), join(p.folder, "parts/half.prune"));
      },
      / 4 +4 +4 +8\b/,
    ],
    [(p) => p.write("net.mjs", network(12)), / 6 +6 +6 +12\b/],
    [(p) => rmSync(join(p.folder, "a.prune")), /error\[P9501\]: there is no file `a\.prune`/],
    [(p) => p.write("a.prune", "prune filters by l1 25%\n"), / 3 +3 +3 +12\b/],
  ]);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(err).toContain("parts/half.prune changed");
}, 60_000);

it("compile --watch writes the loop again", async () => {
  const project = await smallProject("train 2 steps\n");
  const loop = () => readFileSync(join(project.folder, "loop.ts"), "utf8");
  const args = ["compile", "a.prune", "--typescript", "-o", "loop.ts", "--watch"];
  const ended = await watched(project, args, /watching/, [
    [(p) => p.write("a.prune", "train 3 steps\n"), /a\.prune changed/],
    [(p) => p.write("a.prune", "trian 3 steps\n"), /error\[P1003\]/],
  ]);
  expect(ended.code).toBe(1);
  expect(loop()).toContain("steps: 3");
  expect(loop()).toContain("async function loop(options: RunOptions = {}): Promise<RunResult>");
}, 60_000);

it("--watch has no JSON and no standard input", async () => {
  const project = await smallProject("slim\n");
  const json = await espalier(project, ["check", "a.prune", "--watch", "--json"]);
  expect({ code: json.code, said: JSON.parse(json.out) }).toMatchObject({
    code: 2,
    said: { diagnostics: [{ code: "P9504" }] },
  });
  expect(await espalier(project, ["check", "-", "--watch"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("P9504"),
  });
});
