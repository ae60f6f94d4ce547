import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { smallNetwork, written } from "./fixtures.js";
import { killedEvery } from "./killed.js";
import { runProgram } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-top5-"));
afterAll(() => rm(root, { recursive: true, force: true }));

/** Of eight classes, of which the data have four. */
const eight = written({
  class_name: "Sequential",
  config: {
    name: "eight",
    layers: [
      { class_name: "Flatten", config: { name: "flat", batch_input_shape: [null, 8, 8, 1] } },
      { class_name: "Dense", config: { name: "d1", units: 10, activation: "relu" } },
      { class_name: "Dense", config: { name: "head", units: 8, activation: "softmax" } },
    ],
  },
});

const program = `train 2 epochs with sgd(rate: 0.01)
prune units by l1 in d1 global 30%
repeat up to 2 times while top5-accuracy >= dense.top5-accuracy - 90% { finetune 1 epoch }
finetune 2 epochs keeping best by top5-accuracy until top5-accuracy > best.top5-accuracy + 1%
evaluate
require top5-accuracy >= accuracy and best.top5-accuracy >= top5-accuracy and start.top5-accuracy >= 0%`;

it("top-5 accuracy is measured, told and compared wherever accuracy is, and after a kill as without one", async () => {
  const whole = await runProgram(program, eight, { checkpointEvery: "1steps" });
  const { before, dense, after, history, events } = whole.result.report;
  const measured = [before, dense, after].map((facts) => [facts?.accuracy, facts?.top5Accuracy]);
  for (const [top1 = NaN, top5 = NaN] of measured) expect(top5).toBeGreaterThanOrEqual(top1 ?? NaN);
  expect(new Set(measured.map(([, top5]) => top5)).size).toBeGreaterThan(1);
  const tested = history.filter(({ testLoss }) => testLoss !== null);
  expect(tested.length).toBeGreaterThan(3);
  expect(tested.every(({ testTop5Accuracy = NaN }) => testTop5Accuracy >= 0)).toBe(true);
  expect(whole.result.metrics["top5Accuracy"]).toBe(after.top5Accuracy);
  const said = (kind: string): string | undefined => events.find((event) => event.kind === kind)?.text;
  expect(said("evaluate")).toMatch(/accuracy [\d.]+ %, top-5 accuracy [\d.]+ %$/);
  expect(said("require")).toMatch(/^holds: .*top5-accuracy is [\d.]+%; .*start\.top5-accuracy is [\d.]+%/);
  expect(said("keeping")).toMatch(/with a `top5-accuracy` of [\d.]+%$/);
  expect(said("while")).toMatch(/dense\.top5-accuracy is [\d.]+%/);

  const out = join(root, "killed");
  const killed = await killedEvery(9, program, eight, { out, checkpointEvery: "1steps" });
  expect(killed.kills).toBeGreaterThan(1);
  const plain = ({ result: { report } }: typeof whole) => {
    const { timing: _, ...rest } = report;
    return rest;
  };
  expect(plain(killed)).toEqual(plain(whole));
  expect(killed.run.session.baselines).toEqual(whole.run.session.baselines);
}, 60_000);

it("the best top-5 accuracy is the highest that was measured", async () => {
  const { result, run } = await runProgram(
    "train 2 epochs with sgd(rate: 0.05)\ntrain 2 epochs with sgd(rate: 10)",
    eight,
  );
  const { before, history } = result.report;
  const measured = [before.top5Accuracy, ...history.map((point) => point.testTop5Accuracy)].flatMap(
    (one) => one ?? [],
  );
  const highest = Math.max(...measured);
  expect(measured.at(-1)).toBeLessThan(highest);
  expect(run.session.baselines.best.top5Accuracy).toBe(highest);
});

it("a network of no more than five classes has none: nothing is shown, and who asks is told before it trains", async () => {
  const network = smallNetwork();
  const { result } = await runProgram("train 1 epoch\nprune filters by l1 20%\nevaluate", network);
  expect(JSON.stringify(result.report)).not.toMatch(/top-?5/i);
  for (const asked of [
    "train 1 epoch\nrequire top5-accuracy >= 90%",
    "train 3 epochs until top5-accuracy >= 90%",
    "train 3 epochs keeping best by top5-accuracy",
  ])
    await expect(runProgram(asked, network)).rejects.toThrow(/P7013 there is no top-5 accuracy to compare/);
});
