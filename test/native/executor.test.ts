import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layers, openBackend, tf, type Backend } from "../../runtime/backend/index.js";
import { createExecutor } from "../../runtime/executor/index.js";
import { loadModel, saveModel } from "../../runtime/model/index.js";
import { cases } from "../runtime/executor/cases.js";
import { compare } from "../runtime/executor/compare.js";
import { distance, predictStock, randomInput, randomize } from "../runtime/executor/stock.js";
import { temporaryFolder } from "../runtime/model/helpers.js";

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "node" });
});
afterAll(() => tf.disposeVariables());

describe("as stock computes it, on tfjs-node", () => {
  test.each(cases)("$name", async (c) => compare(c, backend));
});

test("what is saved loads from file:// by tf.loadLayersModel", async () => {
  const L = layers.layers;
  const model = layers.sequential({
    layers: [
      L.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 2] }),
      L.batchNormalization({}),
      L.flatten({}),
      L.dense({ units: 3, activation: "softmax" }),
    ],
  });
  const { network, store } = await loadModel(model);
  randomize(store, 1);
  const folder = await temporaryFolder();
  const { model: path } = await saveModel(network, store, folder);
  const stock = await layers.loadLayersModel(`file://${path}`);
  const x = randomInput([2, 8, 8, 2], 1);
  const executor = createExecutor(network, store, backend, { seed: 1 });
  const [wanted] = predictStock(stock, [x]);
  expect(distance(executor.predict([x])[0]?.data, wanted ?? new Float32Array())).toBeLessThan(1e-5);
  executor.dispose();
});
