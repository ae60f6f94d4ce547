import { expect, it } from "vitest";
import type { Estimate } from "../../core/ir/plan-types.js";
import { highest, lowest } from "../../compiler/plan/estimate.js";
import { expectForeseen } from "../compiler/plan/setting.js";
import { node } from "./cli.js";
import { smallProject } from "./project.js";

/** What the plan says of every event, and of the network in the end, beside what a run does: however units die, and come back. */

const train = "train 1 epoch with sgd(rate: 0.05)";
/**
 * Programs, whether all draws come to what happens (null: what draws see may be far off, for here kernels of zeros that no gradient
 * reaches stay what they are), and the warnings.
 */
const programs = [
  [`prune filters by l1 local 50% frozen at start; ${train}; slim`, true, ["P3063"]],
  [`prune filters in c3 by l2 local 50% softly; ${train}; slim`, null, ["P3063"]],
  [`train 2 epochs { prune filters by l2 local 50% softly every epoch } slim`, true, []],
  [`${train}; prune filters by l2 local 50% softly; harden masks; ${train}; slim`, true, []],
  [`mark a; prune filters by l1 local 50%; slim; ${train}; rewind masks to a; slim`, true, ["P3064"]],
  [
    `prune filters by l1 local 30%; mark a; prune filters by l1 local 30%; rewind masks, weights to a; slim`,
    true,
    [],
  ],
  [`prune columns in head by l1 local 50%; slim; ${train}`, true, []],
  [`prune kernels in c1 by l1 local 50%; slim; ${train}`, false, []],
  [`prune weights by magnitude local 97%; slim; prune filters by l1 local 20%; slim; ${train}`, false, []],
  [`prune filters by l1 local 50%; regrow filters random 100%; ${train}; slim`, true, []],
  [`prune filters by l1 local 70%; regrow filters by l1 50%; ${train}; slim`, true, []],
  [`prune weights by magnitude local 60%; regrow weights random 30%; ${train}`, true, []],
  [`prune filters by l1 local 30% latently; prune weights by l1 local 50%; ${train}; harden masks`, true, []],
  [`prune kernels in c3 by l1 local 30%; prune taps in c2, c3 by l1 keep 3 each; ${train}`, false, []],
  [
    `load masks from "ticket" except c1; prune filters by l1 local 20%; prune weights by l1 local 20%; slim`,
    false,
    [],
  ],
] as const;

const script = `
import { compileProgram, run } from "espalier";

const options = { network: "net.json", data: "data.npz", batch: 120, seed: 2 };
await run("prune weights by magnitude local 60%; prune filters in c3 by l1 local 30%; train 1 epoch", { ...options, out: "ticket" });
const rows = [];
for (const program of ${JSON.stringify(programs.map(([program]) => program))}) {
  const { result: { plan }, diagnostics } = await compileProgram(program, options);
  const { result } = await run(program, { ...options, backend: "wasm", latency: false });
  const counts = (what) => ["prune", "regrow", "slim"].includes(what);
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").map(({ code }) => code);
  const happened = result.report.events.filter(({ kind }) => counts(kind)).map(({ text }) => text);
  rows.push({ planned: plan.events.filter(({ action }) => counts(action)), last: plan.events.at(-1), happened, before: result.report.before, after: result.report.after, warnings });
}
console.log(JSON.stringify(rows));
`;

it("a run does what the plan states, and what it draws nearly", async () => {
  const project = await smallProject("");
  project.write("deaths.mjs", script);
  const ended = await node(project, ["deaths.mjs"]);
  expect(ended.code, ended.err).toBe(0);
  const rows = JSON.parse(ended.out.trim().split("\n").at(-1) ?? "");
  for (const [i, [program, exact, warnings]] of programs.entries()) {
    const { planned, last, happened, before, after, warnings: said } = rows[i];
    const holds = (told: Estimate, value: number, whole: number, what: string): void => {
      if (exact) expect([lowest(told), highest(told)], `${program}: ${what}`).toEqual([value, value]);
      expectForeseen(told, value, whole, `${program}: ${what}`, exact !== null);
    };
    expect(said, program).toEqual(warnings);
    expect(planned.length, program).toBe(happened.length);
    for (const [n, text] of happened.entries()) {
      const dead = /([\d,]+) of [\d,]+ dead/.exec(text)?.[1]?.replaceAll(",", "");
      if (dead !== undefined) holds(planned[n].dead, Number(dead), planned[n].total, text);
      const left = /→ ([\d,]+)/.exec(text)?.[1]?.replaceAll(",", "");
      if (left !== undefined) holds(planned[n].params, Number(left), before.params, text);
      const grown = /^regrew ([\d,]+)/.exec(text)?.[1]?.replaceAll(",", "");
      if (grown !== undefined) expect(planned[n].nominal, program).toBe(Number(grown));
    }
    if (last.action !== "slim" && !program.includes("slim")) continue;
    holds(last.params, after.params, before.params, "parameters");
    holds(last.macs, after.macs, before.macs, "MACs");
  }
}, 60_000);
