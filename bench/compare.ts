import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { coldCheck, writeLongProgram } from "./long-program.js";
import { median, writeResult } from "./result.js";

/**
 * This build against another one, the two taking turns so that both meet the same machine: a cold `check`, and the training step.
 * `node bench/run.mjs compare /path/of/the/other [rounds]`, both built.
 */

const [, , , other, rounds = "9"] = process.argv;
if (other === undefined) throw new Error("which build to compare with? node bench/run.mjs compare /path");
const roots = { ours: resolve("."), other: resolve(other) };

interface Compared {
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
  readonly all: Readonly<Record<keyof typeof roots, readonly number[]>>;
}

/** Medians of turns, the first of each (which fills caches) left out. */
function compare(turns: number, measure: (root: string) => number): Compared {
  const all = { ours: [] as number[], other: [] as number[] };
  for (let turn = 0; turn <= turns; turn++)
    for (const name of turn % 2 === 0 ? (["ours", "other"] as const) : (["other", "ours"] as const)) {
      const time = measure(roots[name]);
      if (turn > 0) all[name].push(time);
    }
  const [ours, others] = [median(all.ours), median(all.other)];
  return { ours, other: others, ratio: ours / others, all };
}

/** The median step of one process, as the benchmark of each build prints it. */
function trainingStep(root: string, name: string): number {
  const printed = execFileSync(process.execPath, ["bench/run.mjs", "step", name], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, BENCH_PRINT_ONLY: "1" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const step = /"ours": \{\s*"median": ([\d.]+)/.exec(printed)?.[1];
  if (step === undefined) throw new Error(`${root} printed no step of ${name}`);
  return Number(step);
}

const long = writeLongProgram();
const steps = ["lenet5-wasm-64", "resnet20-wasm-32"];
const turns = Math.max(1, Number(rounds));
writeResult("compare", {
  with: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: roots.other, encoding: "utf8" }).trim(),
  milliseconds: {
    check: compare(turns, (root) => coldCheck(root, long)),
    ...Object.fromEntries(
      steps.map((name) => [
        `step-${name}`,
        compare(Math.ceil(turns / 3), (root) => trainingStep(root, name)),
      ]),
    ),
  },
});
