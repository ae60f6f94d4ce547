import { expect, test } from "vitest";
import { layers, openBackend, tf } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { toLayersModel } from "../../../runtime/model/index.js";
import { evaluateEntries } from "../../../core/expr/domain.js";
import { sampleStatistics } from "../../../runtime/scores/sample-statistics.js";
import { sampleTerms } from "../../../core/expr/terms.js";
import { spaceDomain } from "../../../core/expr/domains.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { randomStream } from "../../../core/random.js";
import { namedNetworks } from "../../helpers/networks.js";
import { settingOf } from "./setting.js";

const score = ["mean", ["abs", "a"]] as const;

/** What the units of one layer score by their activations, against what stock TensorFlow.js gives out there. */
test.each([
  ["plain", "conv2d_1", "relu_1"],
  ["lstm", "lstm_1", "lstm_1"],
  ["lstm", "lstm_2", "lstm_2"],
  ["gru", "gru_1", "gru_1"],
  ["simple rnn", "simplernn_1", "simplernn_1"],
])("units of %s in %s", async (name, path, seen) => {
  const backend = await openBackend({ backend: "cpu" });
  const setting = settingOf(namedNetworks.get(name)?.(), 3);
  const { network, parameters } = setting;
  const space = spaceOf({ ...setting, layersOf: () => [path] }, "units", {});
  const [input = 0] = network.inputs;
  const shape = [3, ...(network.tensors[input]?.shape ?? []).slice(1).map((extent) => extent ?? 5)];
  const noise = randomStream(1, name);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => noise.normal(i));
  const outputs = network.outputs.map((tensor) => {
    const size = (network.tensors[tensor]?.shape ?? []).slice(1).map((extent) => extent ?? 5);
    const count = size.reduce((a, b) => a * b, 3);
    return { kind: "dense" as const, shape: [3, ...size], data: new Float32Array(count).fill(0.5) };
  });
  const statistics = sampleStatistics(space, sampleTerms([score]));
  const executor = createExecutor(network, parameters, backend, { seed: 1 });
  executor.evaluate(
    { inputs: [{ kind: "dense", shape, data }], targets: outputs, size: 3 },
    statistics.observation,
  );
  const scores = evaluateEntries(score, spaceDomain(space, { seed: 1, keys: [], gathered: statistics.node }));

  const model = await toLayersModel(network, parameters);
  const part = layers.model({ inputs: model.inputs, outputs: model.getLayer(seen).output });
  const stock = tf.tidy(() => {
    const out = part.predict(tf.tensor(data, shape));
    if (!(out instanceof tf.Tensor)) throw new Error("one output");
    return tf.mean(tf.abs(tf.reshape(out, [-1, out.shape.at(-1) ?? 1])), 0).dataSync();
  });
  expect(scores.length).toBe(stock.length);
  scores.forEach((value, i) => expect(value).toBeCloseTo(stock[i] ?? NaN, 5));
  expect(Math.max(...scores)).toBeGreaterThan(0.01);
});
