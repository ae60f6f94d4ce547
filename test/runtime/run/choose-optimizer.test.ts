import { describe, expect, it } from "vitest";
import type { OptimizerIr } from "../../../core/ir/types.js";
import { chooseOptimizer } from "../../../runtime/run/phase/optimizer.js";
import { move, openRun, sgd as sgdSpec } from "../../../runtime/index.js";
import { defaultOptimizer } from "../../../core/schedule/default-optimizer.js";
import { noOptimizer, rateAt, type OptimizerState } from "../../../runtime/run/phase/optimizer.js";
import { options } from "./fixtures.js";

const times = { epochs: 2, stepsPerEpoch: 10 };
const adam: OptimizerIr = { name: "adam", rate: 1e-3, args: {} };
const sgd = {
  name: "sgd",
  rate: { moving: { from: 1, to: 0, curve: "linear" } },
  args: { momentum: 0.9 },
} as const;
const after: OptimizerState = {
  optimizer: sgd,
  updates: 20,
  rate: { rate: sgd.rate, phase: times, step: 15 },
  continues: null,
  first: null,
  batch: null,
};
const choose = (finetune: boolean, optimizer: OptimizerIr | undefined, before: OptimizerState) => {
  const chosen = chooseOptimizer({ finetune, optimizer, times }, before, adam);
  return { name: chosen.optimizer.name, rate: rateAt(chosen.rate), keeps: chosen.keepsState };
};

describe("the optimizer of a phase", () => {
  it("is fresh in `train`", () => {
    expect(choose(false, undefined, noOptimizer)).toEqual({ name: "adam", rate: 1e-3, keeps: false });
    expect(choose(false, undefined, after)).toEqual({ name: "adam", rate: 1e-3, keeps: false });
    expect(choose(false, sgd, after)).toEqual({ name: "sgd", rate: 1, keeps: false });
  });
  it("stays in `finetune`, at the last rate", () => {
    expect(choose(true, undefined, after)).toEqual({ name: "sgd", rate: 0.25, keeps: true });
  });
  it("of a finetune that names one keeps the state where it fits", () => {
    expect(choose(true, { ...sgd, rate: 0.5 }, after)).toEqual({ name: "sgd", rate: 0.5, keeps: true });
    expect(choose(true, adam, after)).toEqual({ name: "adam", rate: 1e-3, keeps: false });
  });
  it("of a network never trained here is the default at a tenth", () => {
    expect(choose(true, undefined, noOptimizer)).toEqual({ name: "adam", rate: 1e-4, keeps: false });
  });
  it("continues an earlier schedule after `rewind rate`", () => {
    const rewound: OptimizerState = { ...after, continues: { rate: sgd.rate, phase: times, step: 5 } };
    expect(choose(false, undefined, rewound)).toEqual({ name: "sgd", rate: 0.75, keeps: false });
    expect(choose(true, undefined, rewound)).toEqual({ name: "sgd", rate: 0.75, keeps: true });
    expect(choose(false, adam, rewound)).toEqual({ name: "adam", rate: 1e-3, keeps: false });
  });
  it("continues it with an optimizer that is named without a rate", () => {
    const unrated: OptimizerIr = { name: "sgd", args: {} };
    const rewound: OptimizerState = { ...after, continues: { rate: sgd.rate, phase: times, step: 5 } };
    expect(choose(false, unrated, rewound)).toEqual({ name: "sgd", rate: 0.75, keeps: false });
    expect(choose(false, unrated, after)).toEqual({ name: "sgd", rate: 0.01, keeps: false });
  });
});

it("`finetune` goes on at the rate of the last update, not at the one the schedule would take next", async () => {
  const rates: number[] = [];
  const run = await openRun(
    options({ onProgress: (event) => event.kind === "step" && rates.push(event.rate) }),
  );
  const train = async (id: number, spec: Parameters<typeof run.train>[1]): Promise<void> => {
    const phase = await run.train(id, { steps: 3, ...spec });
    for await (const epoch of phase.epochs())
      for await (const batch of phase.batches(epoch)) await phase.step(batch);
    await phase.end();
  };
  await train(1, { optimizer: sgdSpec({ rate: move(0.1, 0, "cosine") }) });
  await train(2, { finetune: true });
  const [first, , last, ...finetuned] = rates;
  expect(first).toBe(0.1);
  expect(last).toBeCloseTo(0.025, 12);
  expect(finetuned).toEqual([last, last, last]);
  run.session.executor.dispose();
});

describe("the default optimizer", () => {
  const saved = (class_name: string, config: Record<string, number | boolean>) => ({
    optimizer_config: { class_name, config },
  });
  it("is adam at 1e-3 where the network says nothing", () => {
    expect(defaultOptimizer(null)).toEqual(adam);
    expect(defaultOptimizer({ optimizer_config: { class_name: "Ftrl", config: {} } })).toEqual(adam);
  });
  it("is that of the training config, in old and new spelling", () => {
    expect(defaultOptimizer(saved("SGD", { lr: 0.1, momentum: 0.9, nesterov: true }))).toEqual({
      name: "sgd",
      rate: 0.1,
      args: { momentum: 0.9, nesterov: 1 },
    });
    expect(defaultOptimizer(saved("RMSprop", { learning_rate: 0.01, rho: 0.8, centered: false }))).toEqual({
      name: "rmsprop",
      rate: 0.01,
      args: { rho: 0.8 },
    });
  });
});
