import { expect, it } from "vitest";
import { node, reportOf } from "./cli.js";
import { smallProject } from "./project.js";

const script = `
import { compile, DiagnosticError, loadNetwork, run } from "espalier";
import * as tf from "@tensorflow/tfjs-layers";

const program = "train 2 epochs { prune filters by l1 local from 0% to 50% cubic every epoch }; slim";
const { network } = await loadNetwork("net.json");
const compiled = compile(program, { network, data: { examples: 240 } });
const { result } = await run(program, { network: "net.json", data: "data.npz", out: "small", backend: "wasm" });
const model = await result.toLayersModel();
const planned = compiled.plan.events.at(-1);
const live = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [8, 8, 1] }), tf.layers.dense({ units: 4 })] });
const fromLive = await run("prune weights by magnitude global 25%", { network: live });
const mistake = await run("prune filters by nothing 10%").catch((error) => error);
const codes = (options) => run("train 1 epoch", { network: "net.json", ...options }).catch((error) =>
  error instanceof DiagnosticError ? error.diagnostics.map(({ code }) => code).join() : String(error),
);
const rows = 60;
const batch = {
  inputs: { data: new Float32Array(rows * 64).map((_, i) => (i % 7) / 7), shape: [rows, 8, 8, 1] },
  targets: { labels: new Int32Array(rows).map((_, i) => i % 4) },
};
const fromFunctions = await run("train 2 epochs", {
  network: "net.json",
  data: { train: () => [batch, batch], test: async () => [batch] },
});
const rejected = (...given) => run(...given).then(() => null, (error) => error);
const sure = await rejected("train 1 step; require loss <= 0", { network: "net.json", data: "data.npz" });
const stopped = new AbortController();
const onProgress = ({ kind }) => kind === "step" && stopped.abort();
const abort = await rejected("train 1 epoch", { network: "net.json", data: "data.npz", signal: stopped.signal, onProgress });
const late = await rejected("train 1 epoch", { network: "net.json", signal: AbortSignal.abort(new Error("too late")) });
console.log(
  JSON.stringify({
    failed: [sure.diagnostics[0].code, sure.result.report.after.params, sure.result.out],
    aborts: [abort.name, abort instanceof DOMException, late.message],
    given: [await codes({ epoch: 3 }), await codes({ batch: -3 }), await codes({ backend: "gpu" }), await codes({ seed: "x" })],
    none: (await rejected(undefined)).diagnostics[0].message,
    planned: [planned.params, planned.macs],
    achieved: [result.report.after.params, result.report.after.macs],
    stock: model instanceof tf.LayersModel && model.countParams(),
    live: fromLive.result.report.amounts[0].achieved,
    noData: [await codes({ data: {} }), await codes({ data: 5 }), await codes({ data: { batches() {} } })],
    losses: fromFunctions.result.report.history.map((epoch) => epoch.trainLoss),
    mistake: mistake instanceof DiagnosticError && mistake.diagnostics[0].code,
  }),
);
`;

it("compile, loadNetwork and run do what the command line does, and mistakes are data", async () => {
  const project = await smallProject("");
  project.write("api.mjs", script);
  const ended = await node(project, ["api.mjs"]);
  expect(ended.code, ended.err).toBe(0);
  const told = JSON.parse(ended.out.trim().split("\n").at(-1) ?? "");
  const { planned, achieved, stock, live, noData, losses, mistake, failed, aborts, given, none } = told;
  // Costs of local amounts are exact before training.
  expect(planned).toEqual(achieved);
  expect(achieved).toEqual([reportOf(project, "small").after.params, reportOf(project, "small").after.macs]);
  expect(stock).toBe(achieved[0]);
  expect(live).toBe(64);
  expect(noData).toEqual(["P6010", "P6010", "P6010"]);
  expect(losses[1]).toBeLessThan(losses[0]);
  expect(mistake).toMatch(/^P2/);
  expect(failed).toEqual(["P7004", expect.any(Number), null]);
  expect(aborts).toEqual(["AbortError", true, "too late"]);
  expect(given).toEqual(["P7010", "P7010", "P7301", "P7010"]);
  expect(none).toBe("a program is a text, not undefined");
}, 60_000);
