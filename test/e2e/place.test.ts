import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { espalier, node, onWasm, reportOf, wrote } from "./cli.js";
import { smallProject } from "./project.js";

const program = `# 16 steps, then a promise that cannot be kept.
train 16 steps
repeat 2 times {
  require macs <= 1
}
`;

it("a run that fails names the statement it failed at, under the command line and on its own", async () => {
  const project = await smallProject(program);
  const settings = onWasm;
  const ran = await espalier(project, ["run", "a.prune", ...settings, "--quiet"]);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain("a.prune:4:3");
  expect(ran.err).toContain("4 │   require macs <= 1");

  expect(await espalier(project, ["compile", "a.prune", "-o", "loop.mjs"])).toMatchObject({ code: 0 });
  const alone = await node(project, ["loop.mjs", ...settings]);
  expect(alone.code).toBe(1);
  expect(alone.err).toMatch(/^error\[P7004\]: .*\n {2}at a\.prune:4:3\n/);
  expect(alone.err).not.toContain("node:internal");

  const mistaken = await node(project, ["loop.mjs", "--bogus"]);
  expect(mistaken.code).toBe(2);
  expect(mistaken.err).toMatch(/^error\[P7010\]: unknown option '--bogus'\n {2}= help:/);
}, 60_000);

it("a requirement that fails leaves the network and a report that says so, and nothing to resume", async () => {
  const project = await smallProject(
    "train 8 steps\nprune filters by l1 50%\nrequire loss <= 0.0001\nslim\n",
  );
  const ended = await espalier(project, ["run", "a.prune", ...onWasm, "--out", "o", "--json"]);
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.out)).toMatchObject({ diagnostics: [{ code: "P3065" }, { code: "P7004" }] });
  const { failed, after, events } = reportOf(project, "o");
  expect(failed).toMatch(/^`require loss <= 0\.0001` does not hold: loss is \d\.\d{1,4}$/);
  expect(after.accuracy).not.toBeNull();
  expect(events.map(({ kind }) => kind)).toEqual(["prune", "require"]);
  const page = readFileSync(join(project.folder, "o", "report.html"), "utf8");
  expect(page).toContain('<p class="failed">`require loss &lt;= 0.0001` does not hold');
  for (const name of ["model.json", "masks.safetensors"]) expect(wrote(project, `o/${name}`)).toBe(true);
  expect(wrote(project, "o/checkpoint")).toBe(false);
}, 60_000);
