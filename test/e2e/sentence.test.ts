import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { espalier, onWasm, reportOf, type Ended } from "./cli.js";
import { smallProject, split, type Project } from "./project.js";

let project: Project;
let ended: Ended;

beforeAll(async () => {
  project = await smallProject("prune filters by l1 global 50% every 2 epochs; regrow random\n");
  project.write("then-slim.prune", "slim\nfinetune 1 epoch with sgd(rate: 0.01)\n");
  ended = await espalier(project, [
    "run",
    "a.prune",
    ...onWasm,
    "--epochs",
    "5",
    "--out",
    "o",
    "--seed",
    "3",
  ]);
}, 120_000);

describe("the one-sentence program", () => {
  it("ends well and says what it did", () => {
    expect(ended.err).toContain("prune dropped 10 filters: 10 of 20 dead");
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toMatch(/filters +20 +10 \(50\.0 %\) +10 \(50\.0 %\)/);
    expect(ended.out).toContain("wrote o: model.json");
  });

  it("holds exactly half of the filters after every event", () => {
    const { amounts, events } = reportOf(project, "o");
    expect(amounts).toMatchObject([{ structure: "filters", total: 20, nominal: 10, achieved: 10 }]);
    const pruned = events.filter(({ kind }) => kind === "prune");
    expect(pruned.map(({ epoch }) => epoch)).toEqual([2, 4]);
    for (const { text } of pruned) expect(text).toContain("10 of 20 dead");
  });

  it("writes a network that stock TensorFlow.js loads, as accurate as the report says, before and after slim", async () => {
    const slim = await espalier(project, [
      ...["run", "then-slim.prune", "--network", "o", "--data", "data.npz", "--backend", "wasm"],
      ...["--out", "slim", "--json"],
    ]);
    expect(slim).toMatchObject({ code: 0, err: "" });
    const { report } = JSON.parse(slim.out);
    expect(report).toEqual(reportOf(project, "slim"));
    expect(report.after.params).toBeLessThan(report.before.params);
    for (const out of ["o", "slim"])
      expect(await stockAccuracy(out)).toBeCloseTo(reportOf(project, out).after.accuracy ?? NaN, 6);
  });
});

async function stockAccuracy(out: string): Promise<number> {
  await tf.setBackend("cpu");
  const folder = join(project.folder, out);
  const json = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  const [group] = json.weightsManifest;
  const bytes = Buffer.concat(group.paths.map((path: string) => readFileSync(join(folder, path))));
  const model = await loadLayersModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      weightSpecs: group.weights,
      weightData: Uint8Array.from(bytes).buffer,
    }),
  });
  const { images, labels } = split(2, 96);
  const output = model.predict(tf.tensor4d(images, [96, 8, 8, 1]));
  if (Array.isArray(output)) throw new Error("one output expected");
  const classes = await tf.argMax(output, -1).data();
  return classes.filter((found, i) => found === labels[i]).length / labels.length;
}
