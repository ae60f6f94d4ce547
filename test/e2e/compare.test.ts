import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { Comparison } from "../../api/compare/rows.js";
import { runs as many } from "../helpers/runs.js";
import { espalier, resultsOf, wrote } from "./cli.js";
import { smallProject, type Project } from "./project.js";

const program = `param sparsity = 50%
train 4 steps
prune weights by magnitude global to sparsity
finetune 2 steps
require accuracy >= 3.3 * (sparsity - 50%)
`;
const on = ["--network", "net.json", "--data", "data.npz", "--backend", "wasm", "--batch", "16"];
const all = [
  ...["compare", "./a.prune", "agp", "./wrong.prune", ...on, "--no-controls"],
  ...["--amounts", "50%,80%", "--seeds", "5", "--jobs", "2", "--checkpoint-every", "1steps"],
  ...["--set", "agp.epochs=8 steps", "--set", "interval=2 steps"],
];

let project: Project;

beforeAll(async () => {
  project = await smallProject(program);
  project.write("wrong.prune", "param sparsity = 50%\nprune weights by wisdom to sparsity\n");
}, 120_000);

const signals = (["SIGINT", "SIGKILL"] as const).slice(0, many(1, 2));

it.each(signals)(
  "a comparison that %s ends goes on, shares beginnings, and gives the bytes of runs on their own",
  async (signal) => {
    const out = `ended-by-${signal}`;
    const compare = [...all, "--out", out];
    const written = (): Comparison =>
      JSON.parse(readFileSync(join(project.folder, out, "compare.json"), "utf8"));
    let asked = false;
    const stopped = await espalier(project, compare, {
      onText(text, kill) {
        if (!asked && /seed 5: \d/.test(text)) kill(signal);
        asked ||= /seed 5: \d/.test(text);
      },
    });
    expect(stopped.err).toMatch(/4 runs; \d+ steps to train/);
    expect(stopped.err).toMatch(/2 beginnings that runs have in common are trained once: \d+ steps less/);
    if (signal === "SIGINT") {
      expect(stopped.code).toBe(1);
      expect(stopped.err).toMatch(/seed 5: interrupted; the same command goes on from here/);
      expect(written().runs.map(({ status }) => status)).toContain("interrupted");
    } else expect(stopped.signal).toBe(signal);
    const ended = await espalier(project, compare);
    // One of the programs does not run, and the others go on without it.
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toMatch(/wrong at 50%, 80% does not run:[^]*P\d{4}[^]*`wisdom`/);
    expect(ended.err).toMatch(/4 runs, [1-3] of them complete already; \d+ steps to train/);
    expect(ended.out).toMatch(/a +80% .*\d+\.\d\d×/);

    const { runs, refused, amounts } = written();
    expect(runs.map(({ program, amount, status }) => [program, amount, status])).toEqual([
      ["a", "50%", "done"],
      ["a", "80%", "requirement"],
      ["agp", "50%", "done"],
      ["agp", "80%", "done"],
    ]);
    expect(refused.map(({ program }) => program)).toEqual(["wrong", "wrong"]);
    expect(amounts[1]).toMatchObject({ program: "a", amount: "80%", runs: 1 });
    for (const name of ["compare.csv", "compare.html"]) expect(wrote(project, `${out}/${name}`)).toBe(true);

    const alone = [
      "run",
      "a.prune",
      ...on,
      "--seed",
      "5",
      "--set",
      "sparsity=80%",
      "--out",
      `alone-${signal}`,
    ];
    await espalier(project, alone);
    const { "report.json": report, ...files } = resultsOf(project, `alone-${signal}`);
    const ours = resultsOf(project, `${out}/runs/a/sparsity-80%/seed-5`);
    expect(ours).toMatchObject({ ...files, "report.json": report });

    const again = await espalier(project, compare);
    expect(again.err).toContain("4 runs, 4 of them complete already: nothing is left to train");
    expect(written().runs).toEqual(runs);
  },
  180_000,
);
