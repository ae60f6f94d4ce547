import { expect, it } from "vitest";
import { bound, espalier } from "../e2e/cli.js";
import { smallProject } from "../e2e/project.js";

it("TensorFlow says nothing of its own on standard error", async () => {
  const project = await smallProject("train 1 epoch\n");
  const node = ["--backend", "node"];
  expect(await espalier(project, ["doctor", ...node, "--json"])).toMatchObject({ code: 0, err: "" });
  expect(await espalier(project, ["run", "a.prune", ...bound, ...node, "--json"])).toMatchObject({
    code: 0,
    err: "",
  });
});
