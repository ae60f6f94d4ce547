import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { espalier, node } from "./cli.js";
import { smallProject } from "./project.js";

const program = "train 2 epochs { prune filters by l1 local 25% at epoch 1 }\nslim\n";

it("the built command writes a log and event files while it runs, and so does an emitted loop", async () => {
  const project = await smallProject(program);
  const watch = (name: string) => ["--log", `${name}/run.jsonl`, "--tensorboard", `${name}/board`];
  const bound = ["--network", "net.json", "--data", "data.npz"];
  const ran = await espalier(project, [
    "run",
    "a.prune",
    ...bound,
    "--backend",
    "wasm",
    "--quiet",
    "--out",
    "o",
    ...watch("one"),
  ]);
  expect(ran, ran.err).toMatchObject({ code: 0, err: "" });
  const compiled = await espalier(project, ["compile", "a.prune", ...bound, "-o", "loop.mjs"]);
  expect(compiled.code, compiled.err).toBe(0);
  const looped = await node(project, [
    "loop.mjs",
    ...bound,
    "--backend",
    "wasm",
    "--out",
    "p",
    ...watch("two"),
  ]);
  expect(looped.code, looped.err).toBe(0);
  const lines = (name: string) =>
    readFileSync(join(project.folder, name, "run.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter(({ kind }) => kind !== "note" && kind !== "start" && kind !== "checkpoint")
      .map(({ time: _, ...line }) => line);
  expect(lines("one").map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["batch", "epoch", "prune", "slim"]),
  );
  expect(lines("two")).toEqual(lines("one"));
  for (const name of ["one", "two"])
    for (const part of ["train", "test"]) {
      const folder = join(project.folder, name, "board", part);
      const [file = "", ...others] = readdirSync(folder);
      expect(others).toEqual([]);
      expect(statSync(join(folder, file)).size).toBeGreaterThan(100);
    }
}, 120_000);
