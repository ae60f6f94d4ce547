import { expect } from "vitest";
import { tf, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { loadModel, toLayersModel } from "../../../runtime/model/index.js";
import type { ParameterStore } from "../../../core/parameters.js";
import type { Batch, Executor } from "../../../runtime/types.js";
import type { Case } from "./cases.js";
import { distance, gradientsStock, predictStock, randomInput, randomize } from "./stock.js";

const N = 3;

/** Predictions, gradients and the number of tensors of one case, against stock on the same backend. */
export async function compare(c: Case, backend: Backend): Promise<void> {
  const made = c.make();
  const { network, store } = await loadModel(made);
  made.dispose();
  randomize(store, 7);
  const stock = await toLayersModel(network, store);
  const executor = createExecutor(network, store, backend, {
    seed: 1,
    losses: [{ name: "mean-squared-error" }],
  });
  const inputs = c.shapes.map((shape, i) => randomInput([N, ...shape], i, c.integers ?? 0));
  const wanted = predictStock(stock, inputs);
  const got = executor.predict(inputs);
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((values, i) => expect(distance(got[i]?.data, values), `output ${i}`).toBeLessThan(1e-5));

  const targets = got.map((y, i) => randomInput(y.shape, 50 + i));
  const batch = { inputs, targets, size: N };
  const tensors = tf.memory().numTensors;
  const own = executor.gradients(batch, "loss", { statistics: "batch" }).gradients;
  expect(tf.memory().numTensors).toBe(tensors);
  if (!c.noGradient && network.layers.some((l) => l.weights.some((w) => w.trainable))) {
    const right = gradientsStock(stock, network, inputs, targets);
    expect(own.size).toBe(right.size);
    // Sums of the native library are in no fixed order: over a batch of normalised values that nearly cancel it shows.
    const within = backend.name === "node" ? 5e-4 : 2e-4;
    for (const [key, gradient] of right) expect(distance(own.get(key), gradient), key).toBeLessThan(within);
  }
  if (c.noGradient && c.noGradient !== "noise") {
    for (const [key, gradient] of own) checkByDifferences(executor, store, batch, key, gradient);
  }
  executor.dispose();
  stock.dispose();
}

/** Central differences at a few places, where stock has nothing to compare with. */
function checkByDifferences(
  executor: Executor,
  store: ParameterStore,
  batch: Batch,
  key: string,
  gradient: Float32Array,
): void {
  const data = store.get(key)?.data ?? new Float32Array();
  const scale = gradient.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-2);
  const at = (i: number, value: number): number => {
    data[i] = value;
    executor.upload([key]);
    return executor.gradients(batch, "loss", { statistics: "batch" }).loss;
  };
  for (let i = 0; i < data.length; i += Math.ceil(data.length / 5)) {
    const w = data[i] ?? 0;
    const slope = (at(i, w + 1e-2) - at(i, w - 1e-2)) / 2e-2;
    at(i, w);
    expect(Math.abs(slope - (gradient[i] ?? 0)) / scale, `${key}[${i}]`).toBeLessThan(0.03);
  }
}
