import { expect, it } from "vitest";
import { espalier, node, onWasm } from "./cli.js";
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
}, 60_000);
