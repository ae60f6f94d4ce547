import { deepEqual } from "node:assert/strict";
import { createExecutor } from "../../runtime/executor/index.js";
import { openBackend } from "../../runtime/backend/index.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import type { ScoringContext } from "../../runtime/scores/gather.js";
import type { CriterionIr } from "../../core/ir/types.js";
import { spaceOf } from "../../core/units/spaces.js";
import { topology } from "../helpers/networks.js";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { momentOf, settingOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** L = ½ · mean (Xw − y)² of three examples: gradient −1/6, −25/6, 1. */
export function regression(): ScoringContext {
  const x = [
    [1, 2, -1],
    [0, 1, 1],
    [2, -1, 0],
  ];
  const y = [1, 0, 2];
  const { setting, w, key } = denseSetting([1, -2, 0.5]);
  const gradient = () => {
    const g = new Float32Array(3);
    x.forEach((row, n) => {
      const residual = row.reduce((sum, value, i) => sum + value * (w[i] ?? 0), -(y[n] ?? 0));
      row.forEach((value, i) => (g[i] = (g[i] ?? 0) + (residual * value) / 3));
    });
    return new Map([[key, g]]);
  };
  return { ...setting, ...executorOf(setting, gradient) };
}

/** The scores of single weights, or of filters, by what a method's `prune` says. */
async function scoresOf(
  method: string,
  context: ScoringContext,
  at = 0,
  structure: "weights" | "filters" = "weights",
): Promise<ArrayLike<number>> {
  const { over, ...by }: CriterionIr = statementOf(method, "prune", {}, at).by;
  const space = spaceOf(context, structure, {});
  const criterion = over === undefined ? by : { ...by, over: 1 };
  return (await scoreUnits(context, { id: 1, criterion, space, moment: momentOf() })).units;
}

const byGradient = (method: string, about: string, expected: readonly number[]): Vector => ({
  vector: "G2",
  method,
  about,
  check: async () => near(await scoresOf(method, regression()), expected),
});

/** Weights at the start and after training, of every kind: grown, shrunk, turned round. */
const byStart = (method: string, about: string, expected: readonly number[]): Vector => ({
  vector: "start and end",
  method,
  about: `${about} of 0.5, −1, 0.2, −0.3 become 0.6, 0.5, −0.1, −0.9`,
  async check() {
    const { setting, key } = denseSetting([0.6, 0.5, -0.1, -0.9]);
    setting.state.start.set(key, Float32Array.from([0.5, -1, 0.2, -0.3]));
    near(await scoresOf(method, setting), expected);
  },
});

const sizes = (method: string): Vector => ({
  vector: "size",
  method,
  about: "scores are |w|",
  check: async () => near(await scoresOf(method, denseSetting([0.5, -2, 0, 1]).setting), [0.5, 2, 0, 1]),
});

/** Inputs of two to two linear units to one: R = 6.5. */
async function flow(): Promise<void> {
  const b = topology();
  const linear = (units: number) => ({ units, use_bias: false, activation: "linear" });
  const hidden = b.call("Dense", linear(2), [b.input([2])], "first");
  const setting = settingOf(b.build([b.call("Dense", linear(1), [hidden], "second")]));
  setting.parameters.get("first/kernel")?.data.set([1, -2, 0.5, 0]);
  setting.parameters.get("second/kernel")?.data.set([3, -1]);
  const backend = await openBackend({ backend: "cpu" });
  const executor = createExecutor(setting.network, setting.parameters, backend, { seed: 1 });
  const batch = { inputs: [], targets: [], size: 1 };
  const context = { ...setting, executor, batches: () => [batch] };
  near(await scoresOf("synflow", context), [3, 2, 1.5, 0, 4.5, 2]);
  executor.dispose();
}

/** An image of 2×2 pixels in two channels, of ranks 1 and 2, that two filters of 1×1 pass on. */
async function ranks(): Promise<void> {
  const b = topology();
  const config = { filters: 2, kernel_size: [1, 1], use_bias: false };
  const flat = b.call("Flatten", {}, [b.call("Conv2D", config, [b.input([2, 2, 2])], "conv")]);
  const setting = settingOf(b.build([b.call("Dense", { units: 1, use_bias: false }, [flat], "head")]));
  setting.parameters.get("conv/kernel")?.data.set([1, 0, 0, 1]);
  const backend = await openBackend({ backend: "cpu" });
  const executor = createExecutor(setting.network, setting.parameters, backend, { seed: 1 });
  const data = Float32Array.from([1, 0, 2, 1, 2, 1, 4, 0]);
  const target = { kind: "dense", data: Float32Array.from([1]), shape: [1, 1] } as const;
  const batch = {
    inputs: [{ kind: "dense", data, shape: [1, 2, 2, 2] } as const],
    targets: [target],
    size: 1,
  };
  const context = { ...setting, executor, batches: () => [batch] };
  near(await scoresOf("hrank", context, 0, "filters"), [1, 2]);
  executor.dispose();
}

/** Mean squared gradients of 0.1, 0.2, 0.3 and 0.4 over two steps, and what weights were and are. */
async function sensitivities(): Promise<void> {
  const { setting, key } = denseSetting([0.6, 0.5, -0.1, -0.9]);
  setting.state.start.set(key, Float32Array.from([0.5, -1, 0.2, -0.3]));
  const accumulated = new Map([[1, { steps: 2, sums: Float64Array.from([0.2, 0.4, 0.6, 0.8]) }]]);
  const { by: criterion } = statementOf("karnin", "prune");
  const space = spaceOf(setting, "weights", {});
  const request = { id: 1, criterion, space, moment: momentOf() };
  near((await scoreUnits({ ...setting, accumulated }, request)).units, [0.6, 0.2 / 3, 0.1, 0.6]);
}

/**
 * One image of two pixels, 1 and 2; two filters of 1×1, 1 and −0.5; a linear unit of weights 0.5, 1, 0.25, −1 gives 1.5 where 1 is wanted:
 * the gradient of every activation is the weight that reads it.
 */
async function activations(method: string, expected: readonly number[]): Promise<void> {
  const b = topology();
  const config = { filters: 2, kernel_size: [1, 1], use_bias: false };
  const flat = b.call("Flatten", {}, [b.call("Conv2D", config, [b.input([1, 2, 1])], "conv")]);
  const setting = settingOf(b.build([b.call("Dense", { units: 1, use_bias: false }, [flat], "head")]));
  setting.parameters.get("conv/kernel")?.data.set([1, -0.5]);
  setting.parameters.get("head/kernel")?.data.set([0.5, 1, 0.25, -1]);
  const backend = await openBackend({ backend: "cpu" });
  const executor = createExecutor(setting.network, setting.parameters, backend, { seed: 1 });
  const dense = (values: readonly number[], shape: readonly number[]) =>
    ({ kind: "dense", data: Float32Array.from(values), shape: [...shape] }) as const;
  const batch = { inputs: [dense([1, 2], [1, 1, 2, 1])], targets: [dense([1], [1, 1])], size: 1 };
  const context = { ...setting, executor, batches: () => [batch] };
  near(await scoresOf(method, context, 0, "filters"), expected);
  executor.dispose();
}

export const scores: readonly Vector[] = [
  {
    vector: "G10",
    method: "lamp",
    about: "w² beside the squares of 0.1, 0.5, 0.3 and 0.2 that are no smaller",
    check: async () =>
      near(
        await scoresOf("lamp", denseSetting([0.1, -0.5, 0.3, 0.2]).setting),
        [0.025641, 1, 0.264706, 0.105263],
      ),
  },
  {
    vector: "equal sizes",
    method: "lamp",
    about: "of 1, −1 and 2 the first two count for each other",
    check: async () => near(await scoresOf("lamp", denseSetting([1, -1, 2]).setting), [1 / 6, 1 / 6, 1]),
  },
  {
    vector: "activations",
    method: "taylor-act",
    about:
      "of activations 1, 2 and −0.5, −1 with gradients 0.5, 0.25 and 1, −1 the means of the products are 0.5 and 0.25",
    check: () => activations("taylor-act", [0.5, 0.25]),
  },
  byGradient("snip", "|w g| of a regression with three examples", [0.166667, 8.333333, 0.5]),
  byGradient("iterative-snip", "|w g| of a regression with three examples", [0.166667, 8.333333, 0.5]),
  byGradient(
    "force",
    "|w g| of a regression with three examples, nothing removed yet",
    [0.166667, 8.333333, 0.5],
  ),
  byGradient("global-gradient", "|w g| of a regression with three examples", [0.166667, 8.333333, 0.5]),
  byGradient("layer-gradient", "|w g| of a regression with three examples", [0.166667, 8.333333, 0.5]),
  byGradient("inverted-scores", "−|w g| of a regression with three examples", [-0.166667, -8.333333, -0.5]),
  byGradient("movement", "−w g of a regression with three examples", [0.166667, -8.333333, -0.5]),
  byGradient("taylor-fo", "(w g)² of a regression with three examples", [0.027778, 69.444444, 0.25]),
  {
    vector: "G1",
    method: "synflow",
    about: "of two linear layers both sum to R = 6.5: 3, 2, 1.5, 0 and 4.5, 2",
    check: flow,
  },
  {
    vector: "dense weights",
    method: "force",
    about: "a removed weight is scored by its dense value times the gradient that it sees",
    async check() {
      const context = regression();
      const [key = ""] = context.parameters.keys();
      const statement = statementOf("force", "prune");
      deepEqual(statement.manner, "latently");
      // Removed, the last weight changes what the others give: r = (−4, −2, 2), g = (0, −4, 2/3).
      context.state.elements.set(key, Uint8Array.from([0, 0, 2]));
      const { setting: masked, key: maskedKey } = denseSetting([1, -2, 0.5]);
      masked.state.start.set(maskedKey, Float32Array.from([1, -2, 0.5]));
      const g = new Map([[maskedKey, Float32Array.from([0, -4, 2 / 3])]]);
      masked.state.elements.set(maskedKey, Uint8Array.from([0, 0, 2]));
      near(await scoresOf("force", { ...masked, ...executorOf(masked, () => g) }), [0, 8, 1 / 3]);
    },
  },
  byStart("magnitude-increase", "the growths", [0.1, -0.5, -0.1, 0.6]),
  byStart("large-init", "the sizes at the start", [0.5, 1, 0.2, 0.3]),
  byStart("small-final", "the sizes in the end, negated", [-0.6, -0.5, -0.1, -0.9]),
  byStart("large-init-large-final", "the smaller sizes", [0.5, 0.5, 0.1, 0.3]),
  byStart("change-of-weights", "the ways", [0.1, 1.5, 0.3, 0.6]),
  byStart("same-sign", "the sizes in the end, of those that kept their sign", [0.6, 0, 0, 0.9]),
  byStart("large-final", "the sizes in the end", [0.6, 0.5, 0.1, 0.9]),
  byStart("small-init", "the sizes at the start, negated,", [-0.5, -1, -0.2, -0.3]),
  byStart("small-init-small-final", "the larger sizes, negated,", [-0.6, -1, -0.2, -0.9]),
  byStart("different-sign", "the sizes in the end, of those whose sign turned,", [0, 0.5, 0.1, 0]),
  ...["global-magnitude", "layer-magnitude", "l1-unstructured", "global-unstructured"].map(sizes),
  byGradient("signal-propagation", "|w g| of a regression with three examples", [0.166667, 8.333333, 0.5]),
  byGradient("hayou-rescale", "|w g| of a regression with three examples", [0.166667, 8.333333, 0.5]),
  {
    vector: "ranks",
    method: "hrank",
    about: "the maps (1 2, 2 4) and (0 1, 1 0) have ranks 1 and 2",
    check: ranks,
  },
  {
    vector: "steps",
    method: "karnin",
    about: "mean squared gradients of 0.1, 0.2, 0.3, 0.4 times w / (w − w0): 0.6, 0.066667, 0.1, 0.6",
    check: sensitivities,
  },
  {
    vector: "activations",
    method: "skeletonization",
    about:
      "of activations 1, 2 and −0.5, −1 with slopes 0.5, 0.25 and 1, −1 the relevances are −0.5 and −0.25",
    check: () => activations("skeletonization", [-0.5, -0.25]),
  },
  {
    vector: "activations",
    method: "non-contributing-units",
    about: "activations 1, 2 deviate by 0.5, and −0.5, −1 by 0.25",
    check: () => activations("non-contributing-units", [0.5, 0.25]),
  },
];
