import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { espalier, onWasm, type Ended } from "./cli.js";
import { smallProject } from "./project.js";

it("a second run into the same folder is refused, and leaves the first alone", async () => {
  const project = await smallProject("train 2000 epochs\nslim\n");
  const args = ["run", "a.prune", ...onWasm, "--out", "o"];
  let second: Promise<Ended> | null = null;
  const first = await espalier(project, args, {
    onText(_, kill) {
      second ??= espalier(project, [...args, "--quiet"]).finally(() => kill("SIGINT"));
    },
  });
  const refused = await second;
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused).toHaveProperty(
    "err",
    expect.stringContaining("error[P7005]: another run is writing to `o`"),
  );
  // The first ended by our ctrl-c alone.
  expect(first.code, first.err).toBe(1);
  expect(first.err).toContain("P7009");
  expect(readdirSync(join(project.folder, "o")).sort()).toEqual(["checkpoint", "loop.mjs"]);
}, 60_000);
