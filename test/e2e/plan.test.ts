import { expect, it } from "vitest";
import { node } from "./cli.js";
import { smallProject } from "./project.js";

/** What `check` says before a run, beside what the report says after it. */

const programs = [
  "prune 2:4 of weights by magnitude",
  "prune 1:4 of weights in c2, c3 by magnitude\nprune 1:4 of weights in c2, c3 by magnitude",
  "prune taps by magnitude keep 4 each",
  "prune taps in c3 by magnitude global keep 20",
  "prune filters in c1, c2, c3 by l1 keep 10",
  "prune filters by l1 global keep 13 normalized by mean per layer",
  "prune filters by l1 global to 60% aligned to 8 normalized by mean per layer\nslim",
  "prune filters by l1 local to 40% aligned to 4\nslim",
  "prune filters by l1 global to 60% aligned to 12 normalized by mean per layer",
];
const refused = [
  "prune filters in c3 by l1 to 100% allowing collapse\nslim",
  "prune 2:4 of weights in c1 by magnitude",
];

const script = `
import { compile, DiagnosticError, loadNetwork, run } from "espalier";

const { network } = await loadNetwork("net.json");
const rows = [];
for (const program of ${JSON.stringify(programs)}) {
  const { plan, diagnostics } = compile(program, { network });
  const { result } = await run(program, { network: "net.json", data: "data.npz", backend: "wasm" });
  const event = plan.events.filter(({ action }) => action === "prune").at(-1);
  const [row] = result.report.amounts;
  const { params, macs } = result.report.after;
  const said = diagnostics.map(({ code }) => code).filter((code) => /^P30(58|6)/.test(code));
  rows.push({ program, said, event, last: plan.events.at(-1), row, params, macs });
}
const codes = [];
for (const program of ${JSON.stringify(refused)}) {
  const failure = await run(program, { network: "net.json" }).catch((error) => error);
  codes.push(failure instanceof DiagnosticError && failure.diagnostics.find(({ severity }) => severity === "error").code);
}
console.log(JSON.stringify({ rows, codes }));
`;

it("the report of a run agrees with the plan, and what the plan refuses does not run", async () => {
  const project = await smallProject("");
  project.write("plan.mjs", script);
  const ended = await node(project, ["plan.mjs"]);
  expect(ended.code, ended.err).toBe(0);
  const { rows, codes } = JSON.parse(ended.out.trim().split("\n").at(-1) ?? "");
  for (const { program, said, event, last, row, params, macs } of rows) {
    expect(row.nominal, program).not.toBeNull();
    expect(row.total, program).toBe(event.total);
    if (typeof event.dead === "number") expect(event.dead, program).toBe(row.achieved);
    // As asked, or said otherwise before.
    if (said.length === 0) expect(row.achieved, program).toBe(row.nominal);
    if (!program.includes("aligned")) expect(event.dead, program).toBe(row.achieved);
    if (!program.includes("slim")) continue;
    if (typeof last.params === "number") expect(last.params, program).toBe(params);
    if (typeof last.macs === "number") expect(last.macs, program).toBe(macs);
  }
  expect(codes).toEqual(["P4021", "P3061"]);
}, 60_000);
