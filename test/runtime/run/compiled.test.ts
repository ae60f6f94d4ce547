import { beforeAll, expect, test } from "vitest";
import { layers, openBackend, tf } from "../../../runtime/backend/index.js";
import { runProgram } from "./program.js";

/** A live model trains as TensorFlow.js itself would train it, by what it was compiled with. */

beforeAll(() => openBackend({ backend: "wasm" }));

const [rows, inputs, units] = [6, 4, 3];
const wave = (size: number, by: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(by * i + 1));
const labels = [0, 2, 1, 1, 2, 0];

function made(compiled: layers.ModelCompileArgs): layers.LayersModel {
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ inputShape: [inputs], units: 5, activation: "tanh", name: "h" }),
      layers.layers.dense({ units, activation: "softmax", name: "head" }),
    ],
  });
  model.setWeights(model.getWeights().map((w, i) => tf.tensor(wave(w.size, 0.7 + i), w.shape)));
  model.compile(compiled);
  return model;
}

const squares = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor =>
  tf.mean(tf.square(tf.sub(yPred, yTrue)), -1);

const compiledWith: readonly (readonly [string, () => layers.ModelCompileArgs])[] = [
  ["a loss by its name and sgd", () => ({ loss: "meanSquaredError", optimizer: "sgd" })],
  ["momentum", () => ({ loss: "categoricalCrossentropy", optimizer: tf.train.momentum(0.05, 0.8, true) })],
  ["adam", () => ({ loss: "meanAbsoluteError", optimizer: tf.train.adam(0.03, 0.7, 0.95) })],
  ["rmsprop", () => ({ loss: "meanSquaredError", optimizer: tf.train.rmsprop(0.02, 0.8, 0.5) })],
  ["a loss known to TensorFlow.js alone", () => ({ loss: "cosineProximity", optimizer: "sgd" })],
  ["a function of its own", () => ({ loss: squares, optimizer: tf.train.sgd(0.3) })],
  ["a loss of tfjs-core", () => ({ loss: tf.losses.meanSquaredError, optimizer: tf.train.sgd(0.3) })],
];

test.each(compiledWith)("%s", async (_, compiled) => {
  const xs = tf.tensor2d(wave(rows * inputs, 0.3), [rows, inputs]);
  const ys = tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), units), "float32");
  const [model, stock] = [made(compiled()), made(compiled())];
  const { result, told } = await runProgram("train 4 epochs", model, {
    data: { xs, ys },
    batch: rows,
  });
  const { history } = await stock.fit(xs, ys, { epochs: 4, batchSize: rows, shuffle: false });
  const losses = result.report.history.map(({ trainLoss }) => trainLoss);
  expect(losses).toHaveLength(4);
  losses.forEach((loss, i) => expect(loss).toBeCloseTo(Number(history["loss"]?.[i]), 4));
  for (const weight of stock.weights) {
    const values = result.parameters.get(weight.originalName)?.data ?? [];
    weight
      .read()
      .dataSync()
      .forEach((value, i) => expect(values[i]).toBeCloseTo(value, 4));
  }
  expect(told.join("\n")).not.toContain("P5120");
  // The program's own word counts more.
  const other = await runProgram("train 1 epoch minimizing hinge", model, { data: { xs, ys }, batch: rows });
  expect(other.result.report.history[0]?.trainLoss).not.toBeCloseTo(losses[0] ?? NaN, 3);
});

test("a function that fails, or gives nothing to weigh by, is told", async () => {
  const run = (loss: unknown, weights?: readonly number[]) =>
    runProgram("train 1 step", made({ loss: loss as never, optimizer: "sgd" }), {
      data: { xs: [[1, 2, 3, 4]], ys: [1], ...(weights && { weights }) },
    });
  const broken = () => {
    throw new Error("out of order");
  };
  await expect(run(broken)).rejects.toThrow(/P7019.*failed: out of order/);
  await expect(run(() => 3)).rejects.toThrow(/P7019.*gives no tensor/);
  await expect(
    run((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.sub(a, b)), [1, 2].slice(1)),
  ).resolves.toBeDefined();
});
