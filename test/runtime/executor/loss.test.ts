import { beforeAll, describe, expect, test } from "vitest";
import { layers, openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor, outputLosses } from "../../../runtime/executor/index.js";
import { toLayersModel } from "../../../runtime/model/index.js";
import type { Batch, Loss } from "../../../runtime/types.js";
import { chain, dense, initialStore, labels, network, parameter } from "./helpers.js";
import { distance, gradientsOfLoss, randomInput, tensorOf } from "./stock.js";

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "wasm" });
});

const oneHot = dense([3, 4], 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
const bits = dense([3, 4], 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1);
const signs = dense([3, 4], 1, -1, -1, 1, -1, 1, 1, -1, -1, -1, -1, 1);

interface LossCase {
  readonly loss: Loss["name"];
  readonly args?: Omit<Loss, "name">;
  readonly activation: string;
  readonly target: Batch["targets"][number];
  readonly stock: (y: tf.Tensor) => tf.Tensor;
}

const onehot = (): tf.Tensor => tensorOf(oneHot);
const mean = (t: tf.Tensor): tf.Tensor => tf.mean(t);
const crossEntropy = (p: tf.Tensor): tf.Tensor => mean(layers.metrics.categoricalCrossentropy(onehot(), p));
const binary = (p: tf.Tensor): tf.Tensor => mean(layers.metrics.binaryCrossentropy(tensorOf(bits), p));

const cases: readonly LossCase[] = [
  { loss: "cross-entropy", activation: "softmax", target: oneHot, stock: crossEntropy },
  { loss: "cross-entropy", activation: "softmax", target: labels(4, 0, 2, 3), stock: crossEntropy },
  {
    loss: "cross-entropy",
    activation: "linear",
    target: labels(4, 0, 2, 3),
    stock: (y) => crossEntropy(tf.softmax(y)),
  },
  { loss: "cross-entropy", activation: "sigmoid", target: oneHot, stock: crossEntropy },
  ...[oneHot, labels(4, 0, 2, 3)].map((target) => ({
    loss: "cross-entropy" as const,
    args: { temperature: 4 },
    activation: "softmax",
    target,
    stock: (y: tf.Tensor) => crossEntropy(tf.softmax(tf.div(tf.log(y), 4))),
  })),
  {
    loss: "cross-entropy",
    args: { temperature: 4 },
    activation: "sigmoid",
    target: oneHot,
    stock: (y) => crossEntropy(tf.pow(y, 1 / 4)),
  },
  { loss: "binary-cross-entropy", activation: "sigmoid", target: bits, stock: binary },
  { loss: "binary-cross-entropy", activation: "linear", target: bits, stock: (y) => binary(tf.sigmoid(y)) },
  { loss: "binary-cross-entropy", activation: "softmax", target: bits, stock: binary },
  {
    loss: "mean-squared-error",
    activation: "tanh",
    target: bits,
    stock: (y) => mean(layers.metrics.meanSquaredError(tensorOf(bits), y)),
  },
  {
    loss: "mean-absolute-error",
    activation: "tanh",
    target: bits,
    stock: (y) => mean(layers.metrics.meanAbsoluteError(tensorOf(bits), y)),
  },
  {
    loss: "hinge",
    activation: "linear",
    target: signs,
    stock: (y) => mean(tf.maximum(0, tf.sub(1, tf.mul(tensorOf(signs), y)))),
  },
  {
    loss: "huber",
    activation: "linear",
    target: signs,
    stock: (y) => tf.losses.huberLoss(tensorOf(signs), y),
  },
  {
    loss: "huber",
    args: { delta: 0.3 },
    activation: "linear",
    target: signs,
    stock: (y) => tf.losses.huberLoss(tensorOf(signs), y, 1, 0.3),
  },
  ...[oneHot, labels(4, 0, 2, 3)].map((target) => ({
    loss: "cross-entropy" as const,
    args: { labelSmoothing: 0.2 },
    activation: "linear",
    target,
    stock: (y: tf.Tensor) => tf.losses.softmaxCrossEntropy(onehot(), y, 1, 0.2),
  })),
  {
    loss: "binary-cross-entropy",
    args: { labelSmoothing: 0.2 },
    activation: "linear",
    target: bits,
    stock: (y) => tf.losses.sigmoidCrossEntropy(tensorOf(bits), y, 1, 0.2),
  },
  {
    loss: "kl-divergence",
    activation: "softmax",
    target: oneHot,
    stock: (y) => mean(tf.sum(tf.mul(onehot(), tf.log(tf.div(tf.clipByValue(onehot(), 1e-7, 1), y))), -1)),
  },
];

describe("losses and their gradients", () => {
  test.each(cases)(
    "$loss $args after $activation with $target.kind",
    async ({ loss, args, activation, target, stock }) => {
      const net = network(chain([5], ["Dense", { units: 4, activation }]));
      const store = initialStore(net);
      const executor = createExecutor(net, store, backend, { seed: 1, losses: [{ name: loss, ...args }] });
      const x = randomInput([3, 5], 4);
      const batch = { inputs: [x], targets: [target], size: 3 };
      const model = await toLayersModel(net, store);
      const wanted = gradientsOfLoss(model, net, x, stock);
      const got = executor.gradients(batch, "loss");
      expect(got.loss).toBeCloseTo(wanted.loss, 4);
      expect(executor.evaluate(batch).loss / 3).toBeCloseTo(wanted.loss, 4);
      for (const [key, gradient] of wanted.gradients)
        expect(distance(got.gradients.get(key), gradient), key).toBeLessThan(1e-3);
      executor.dispose();
      model.dispose();
    },
  );
});

test("scores differentiate another loss than the training where they ask for it", () => {
  const net = network(chain([5], ["Dense", { units: 4, activation: "softmax" }]));
  const store = initialStore(net);
  const loss = { name: "cross-entropy", temperature: 4 } as const;
  const batch = { inputs: [randomInput([3, 5], 4)], targets: [oneHot], size: 3 };
  const [trained, asked] = [[{ name: "mean-squared-error" } as const], [loss]].map((losses) =>
    createExecutor(net, store, backend, { seed: 1, losses }),
  );
  const wanted = asked?.gradients(batch, "loss");
  const plain = trained?.gradients(batch, "loss");
  expect(trained?.gradients(batch, "loss", { loss })).toEqual(wanted);
  expect(plain?.gradients).not.toEqual(wanted?.gradients);
  expect(trained?.gradients(batch, "loss")).toEqual(plain);
  trained?.dispose();
  asked?.dispose();
});

test("cross-entropy stays finite where the soft-max does not", () => {
  const net = network(chain([1], ["Dense", { units: 2, use_bias: false, activation: "softmax" }]));
  const store = initialStore(net);
  parameter(store, "l0/kernel").data.set([500, -500]);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const batch = { inputs: [dense([1, 1], 1)], targets: [labels(2, 1)], size: 1 };
  const { loss, gradients } = executor.gradients(batch, "loss");
  expect(loss).toBeCloseTo(1000, 2);
  expect([...(gradients.get("l0/kernel") ?? [])]).toEqual([1, -1]);
  executor.dispose();
});

describe("which loss", () => {
  const head = (units: number, activation: string, training_config?: object): unknown => ({
    modelTopology: {
      ...Object(chain([3], ["Dense", { units, activation }])),
      ...(training_config ? { training_config } : {}),
    },
  });
  test.each([
    ["softmax", undefined, "cross-entropy"],
    ["sigmoid", undefined, "binary-cross-entropy"],
    ["relu", undefined, null],
    ["softmax", { loss: "mse" }, "mean-squared-error"],
    ["softmax", { loss: ["categorical_crossentropy"] }, "cross-entropy"],
    [
      "linear",
      { loss: { class_name: "BinaryCrossentropy", config: { from_logits: true } } },
      "binary-cross-entropy",
    ],
    ["linear", { loss: { l0: "mae" } }, "mean-absolute-error"],
    ["sigmoid", { loss: "no_such_loss" }, "binary-cross-entropy"],
  ])("%s with training config %j", (activation, config, wanted) => {
    const [loss] = outputLosses(network(head(4, activation, config)));
    expect(loss?.loss?.name ?? null).toBe(wanted);
  });

  test.each([
    ["CategoricalCrossentropy", { label_smoothing: 0.1 }, { labelSmoothing: 0.1 }],
    ["CategoricalCrossentropy", { label_smoothing: 7, delta: 3 }, {}],
    ["Huber", { delta: 0.5, label_smoothing: 0.1 }, { delta: 0.5 }],
    ["Huber", { delta: "wide" }, {}],
  ])("what a saved %s says of itself: %j", (class_name, config, wanted) => {
    const [loss] = outputLosses(network(head(4, "linear", { loss: { class_name, config } })));
    expect(loss?.loss).toEqual({ name: loss?.loss?.name, ...wanted });
  });

  test("the program's word counts more than the file's", () => {
    expect(
      outputLosses(network(head(4, "softmax", { loss: "mse" })), [{ name: "huber" }])[0]?.loss?.name,
    ).toBe("huber");
  });
});

test("accuracy counts rows by class, by side of the middle, or not at all", () => {
  const count = (activation: string, target: Batch["targets"][number], loss?: Loss): number => {
    const net = network(chain([2], ["Dense", { units: 2, use_bias: false, activation }]));
    const store = initialStore(net);
    parameter(store, "l0/kernel").data.set([1, 0, 0, 1]);
    const executor = createExecutor(net, store, backend, { seed: 1, ...(loss ? { losses: [loss] } : {}) });
    const x = dense([2, 2], 3, -1, -2, -1);
    const { correct } = executor.evaluate({ inputs: [x], targets: [target], size: 2 });
    executor.dispose();
    return correct;
  };
  expect(count("softmax", labels(2, 0, 1))).toBe(2);
  expect(count("softmax", labels(2, 1, 1))).toBe(1);
  expect(count("linear", labels(2, 0, 0))).toBe(1);
  // Per row the share of the outputs that are right: 2 of 2 and 1 of 2.
  expect(count("sigmoid", dense([2, 2], 1, 0, 1, 0))).toBe(1.5);
  expect(count("linear", dense([2, 2], 1, 0, 1, 0))).toBeNaN();
});

test("cross-entropy of a single output is refused: it would always be 0", () => {
  const net = network(chain([2], ["Dense", { units: 1 }]));
  const executor = createExecutor(net, initialStore(net), backend, {
    seed: 1,
    losses: [{ name: "cross-entropy" }],
  });
  const batch = { inputs: [dense([1, 2], 1, 1)], targets: [labels(2, 1)], size: 1 };
  expect(() => executor.evaluate(batch)).toThrow(/P5154/);
  executor.dispose();
  const free = createExecutor(net, initialStore(net), backend, { seed: 1 });
  expect(free.evaluate(batch).loss).toBeGreaterThan(0);
  free.dispose();
});
