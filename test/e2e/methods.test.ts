import { describe, expect, it } from "vitest";
import { espalier, onWasm, reportOf } from "./cli.js";
import { smallProject } from "./project.js";

async function runs(program: string, ...more: string[]) {
  const project = await smallProject(program);
  const ended = await espalier(project, ["run", "a.prune", ...onWasm, "--quiet", "--out", "o", ...more]);
  expect(ended, ended.err).toMatchObject({ code: 0, err: "" });
  return { ...reportOf(project, "o"), project };
}

describe("methods of the literature, end to end", () => {
  it("han: rounds of pruning and retraining end at the target, to the unit", async () => {
    const { amounts } = await runs(
      `use han from "std"
param rounds = 2
han(sparsity: 80%, rounds: rounds, epochs: 2 epochs, retrain: 1 epoch)
`,
      "--set",
      "rounds=3",
    );
    const layers = [72, 576, 864, 192];
    const dead = layers.reduce((sum, size) => sum + Math.round(0.8 * size), 0);
    expect(amounts).toMatchObject([{ structure: "weights", total: 1704, nominal: dead, achieved: dead }]);
  }, 120_000);

  it("a method is run by its name alone, its parameters set as those of a program", async () => {
    const project = await smallProject("");
    const ended = await espalier(project, [
      ...["run", "--method", "agp", "--network", "net.json", "--data", "data.npz", ...onWasm],
      ...[
        "--set",
        "sparsity=75%",
        "--set",
        "epochs=2 epochs",
        "--set",
        "interval=5 steps",
        "--out",
        "o",
        "--quiet",
      ],
    ]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    const dead = [72, 576, 864, 192].reduce((sum, size) => sum + Math.round(0.75 * size), 0);
    expect(reportOf(project, "o").amounts).toMatchObject([{ structure: "weights", achieved: dead }]);
    const unknown = await espalier(project, ["run", "--method", "agb", "--network", "net.json"]);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toContain("agp");
  }, 120_000);

  it("rigl: the share of living weights stays what it was, event after event", async () => {
    const { amounts, events } = await runs(
      `prune weights by random local to 70%
train 4 epochs with sgd(rate: 0.05, momentum: 0.9) {
  prune weights by magnitude local 30% every 10 steps during 0%..75%
  regrow by abs(g) including dropped
}
`,
    );
    const swaps = events.filter(({ kind, step }) => kind === "prune" && step > 0);
    expect(swaps.length).toBeGreaterThan(2);
    const [weights] = amounts;
    for (const { text } of swaps)
      expect(text.replaceAll(",", "")).toContain(`${weights?.achieved} of ${weights?.total} dead`);
  }, 120_000);

  it("set: every layer keeps its count, one that is dense as well", async () => {
    // Under Erdős–Rényi densities the smallest layer has no dead weight that it could grow instead of those it drops.
    const { events } = await runs(
      `use set from "std"
set(sparsity: 40%, epochs: 3 epochs)
`,
    );
    const texts = events.filter(({ kind }) => kind === "prune").map(({ text }) => text.replaceAll(",", ""));
    expect(texts.length).toBeGreaterThan(2);
    const counts = texts.map((text) => /(\d+) of (\d+) dead/.exec(text)?.[1]);
    expect(new Set(counts).size).toBe(1);
  }, 120_000);

  it("a budget is kept, and what slim removes is gone from the file", async () => {
    const { before, after, amounts } = await runs(
      `train 2 epochs with sgd(rate: 0.05, momentum: 0.9)
prune filters by taylor over 2 batches global to macs <= 50%
slim
finetune 1 epoch
require macs <= 50%
`,
    );
    expect(after.macs).toBeLessThanOrEqual(before.macs / 2);
    expect(amounts[0]?.physical).toBe(amounts[0]?.achieved);
  }, 120_000);
});
