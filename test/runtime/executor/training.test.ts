import { beforeAll, expect, test } from "vitest";
import { randomStream } from "../../../core/random.js";
import { layers, openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { loadModel, toLayersModel } from "../../../runtime/model/index.js";
import { chain, dense, initialStore, labels, network, parameter } from "./helpers.js";
import { distance, randomInput, randomize, tensorOf } from "./stock.js";

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "wasm" });
});

const small = chain(
  [8, 8, 2],
  ["Conv2D", { filters: 4, kernel_size: [3, 3], padding: "same", use_bias: false }],
  ["BatchNormalization", { momentum: 0.9 }],
  ["Activation", { activation: "relu" }],
  ["Dropout", { rate: 0.4 }],
  ["MaxPooling2D", {}],
  ["Flatten", {}],
  ["Dense", { units: 3, activation: "softmax" }],
);

test("200 steps leave no tensors behind and lower the loss", () => {
  const net = network(small);
  const store = initialStore(net);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const batch = { inputs: [randomInput([6, 8, 8, 2], 1)], targets: [labels(3, 0, 1, 2, 0, 1, 2)], size: 6 };
  const first = executor.trainStep(batch, 0).loss;
  const tensors = tf.memory().numTensors;
  const bytes = tf.memory().numBytes;
  let last = first;
  for (let step = 1; step <= 200; step++) {
    const { loss, gradients } = executor.trainStep(batch, step);
    last = loss;
    for (const [key, gradient] of gradients) {
      const { data } = parameter(store, key);
      for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) - 0.1 * (gradient[i] ?? 0);
    }
    executor.upload(gradients.keys());
  }
  expect(tf.memory().numTensors).toBe(tensors);
  expect(tf.memory().numBytes).toBe(bytes);
  expect(last).toBeLessThan(first / 4);
  expect(executor.evaluate(batch).correct).toBe(6);
  executor.dispose();
});

test("moving statistics follow as stock moves them, twice for a layer called twice", async () => {
  const L = layers.layers;
  const x = layers.input({ shape: [4, 4, 3] });
  const norm = L.batchNormalization({ momentum: 0.7 });
  const once = norm.apply(x);
  const twice = once instanceof layers.SymbolicTensor ? norm.apply(L.reLU({}).apply(once)) : null;
  if (!(twice instanceof layers.SymbolicTensor)) throw new Error("no output");
  const { network: net, store } = await loadModel(layers.model({ inputs: x, outputs: twice }));
  randomize(store, 2);
  const stock = await toLayersModel(net, store);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const input = randomInput([5, 4, 4, 3], 1);
  executor.trainStep({ inputs: [input], targets: [input], size: 5 }, 0);
  tf.tidy(() => {
    stock.apply(tensorOf(input), { training: true });
  });
  for (const weight of stock.weights) {
    const key = [...store.keys()].find((k) => k.endsWith(weight.originalName.split("/").pop() ?? "")) ?? "";
    const wanted = Float32Array.from(weight.read().dataSync());
    expect(distance(parameter(store, key).data, wanted), key).toBeLessThan(1e-5);
  }
  executor.dispose();
});

test("scores move nothing, and a frozen batch normalization keeps its statistics", () => {
  const net = network(chain([4], ["BatchNormalization", { trainable: false }], ["Dense", { units: 2 }]));
  const store = initialStore(net);
  const batch = { inputs: [randomInput([3, 4], 1)], targets: [randomInput([3, 2], 2)], size: 3 };
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const before = parameter(store, "l0/moving_mean").data.slice();
  const trained = executor.trainStep(batch, 0);
  expect(parameter(store, "l0/moving_mean").data).toEqual(before);
  expect([...trained.gradients.keys()]).toEqual(["l1/kernel", "l1/bias"]);
  // Scores are for frozen weights too.
  expect([...executor.gradients(batch, "loss").gradients.keys()]).toEqual([
    "l0/gamma",
    "l0/beta",
    "l1/kernel",
    "l1/bias",
  ]);
  // With stored mean 0 and variance 1 the layer only divides by √1.001.
  expect(trained.loss).toBeCloseTo(executor.evaluate(batch).loss / 3, 5);
  executor.dispose();

  const free = network(small);
  const own = initialStore(free);
  const scoring = createExecutor(free, own, backend, { seed: 1 });
  const images = { inputs: [randomInput([2, 8, 8, 2], 1)], targets: [labels(3, 0, 1)], size: 2 };
  const a = scoring.gradients(images, "loss");
  const b = scoring.gradients(images, "loss");
  expect(b.loss).toBe(a.loss);
  expect([...parameter(own, "l1/moving_mean").data]).toEqual([0, 0, 0, 0]);
  expect(scoring.trainStep(images, 0).loss).not.toBe(a.loss);
  scoring.dispose();
});

test("scores are of the loss by the stored statistics of batch norms, or by those of the batch where asked", () => {
  const net = network(small);
  const store = initialStore(net);
  const stream = randomStream(4, "statistics");
  for (const { key, data } of store.values())
    if (/gamma|beta|moving/.test(key)) data.forEach((_, i) => (data[i] = 0.5 + stream.uniform(i)));
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const images = { inputs: [randomInput([4, 8, 8, 2], 1)], targets: [labels(3, 0, 1, 2, 0)], size: 4 };
  const stored = executor.gradients(images, "loss");
  const ofBatch = executor.gradients(images, "loss", { statistics: "batch" });
  expect(stored.loss).toBeCloseTo(executor.evaluate(images).loss / 4, 6);
  // Behind a convolution a norm by the batch undoes any scaling of a filter; one by stored statistics does not.
  const { data, shape } = parameter(store, "l0/kernel");
  const filters = shape.at(-1) ?? 1;
  const pull = (gradients: ReadonlyMap<string, Float32Array>): number => {
    const g = gradients.get("l0/kernel") ?? new Float32Array();
    const sums = new Float64Array(filters);
    g.forEach((value, i) => (sums[i % filters] = (sums[i % filters] ?? 0) + value * (data[i] ?? 0)));
    const size = g.reduce((sum, value, i) => sum + Math.abs(value * (data[i] ?? 0)), 0);
    return Math.max(...sums.map(Math.abs)) / size;
  };
  expect(pull(ofBatch.gradients)).toBeLessThan(0.01);
  expect(pull(stored.gradients)).toBeGreaterThan(0.01);
  executor.dispose();
});

test("regularizers of the configs are part of loss and gradients", () => {
  const l1l2 = { class_name: "L1L2", config: { l1: 0.1, l2: 0.01 } };
  const topology = (kernel_regularizer: typeof l1l2 | null): unknown =>
    chain([3], ["Dense", { units: 2, kernel_regularizer }]);
  const batch = { inputs: [randomInput([2, 3], 1)], targets: [randomInput([2, 2], 2)], size: 2 };
  const [plain, penalised] = [topology(null), topology(l1l2)].map((t) => {
    const net = network(t);
    const store = initialStore(net);
    const executor = createExecutor(net, store, backend, { seed: 1 });
    const step = executor.trainStep(batch, 0);
    const score = executor.gradients(batch, "loss");
    executor.dispose();
    return { store, step, score };
  });
  if (!plain || !penalised) throw new Error("no results");
  const { data: w } = parameter(plain.store, "l0/kernel");
  const term = w.reduce((sum, v) => sum + 0.1 * Math.abs(v) + 0.01 * v * v, 0);
  expect(penalised.step.loss - plain.step.loss).toBeCloseTo(term, 5);
  w.forEach((v, i) => {
    const extra =
      (penalised.step.gradients.get("l0/kernel")?.[i] ?? 0) -
      (plain.step.gradients.get("l0/kernel")?.[i] ?? 0);
    expect(extra).toBeCloseTo(0.1 * Math.sign(v) + 0.02 * v, 5);
  });
  expect(penalised.score.loss).toBe(plain.score.loss);
});

test("SynFlow's score of a small linear network (Tanaka et al. 2020)", () => {
  const net = network(
    chain([2], ["Dense", { units: 2, use_bias: false }], ["Dense", { units: 1, use_bias: false }]),
  );
  const store = initialStore(net);
  parameter(store, "l0/kernel").data.set([1, -2, 0.5, 0]);
  parameter(store, "l1/kernel").data.set([3, -1]);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const batch = { inputs: [dense([1, 2], 0, 0)], targets: [dense([1, 1], 0)], size: 1 };
  const { loss, gradients } = executor.gradients(batch, "synflow");
  expect(loss).toBeCloseTo(6.5, 5);
  const scores = (key: string): number[] =>
    [...parameter(store, key).data].map((w, i) => w * (gradients.get(key)?.[i] ?? NaN));
  expect(scores("l0/kernel")).toEqual([3, 2, 1.5, 0]);
  expect(scores("l1/kernel")).toEqual([4.5, 2]);
  expect(executor.predict([dense([1, 2], 1, 1)])[0]?.data[0]).toBeCloseTo(1.5 * 3 + 2, 5);
  executor.dispose();
});

test("observations show activations, inputs and gradients of every call", () => {
  const net = network(chain([3], ["Dense", { units: 2 }], ["Dense", { units: 1 }]));
  const store = initialStore(net);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const x = randomInput([2, 3], 1);
  const batch = { inputs: [x], targets: [randomInput([2, 1], 2)], size: 2 };
  const seen: string[] = [];
  let flowing = new Float32Array();
  const { gradients } = executor.gradients(batch, "loss", {
    observe: {
      layers: [0],
      onActivation: (layer, call, activation, shape, input, inputShape) => {
        seen.push(`activation ${layer} ${call} [${shape.join()}] of [${inputShape.join()}]`);
        expect([...input]).toEqual([...x.data]);
        const w = parameter(store, "l0/kernel").data;
        expect(activation[0]).toBeCloseTo(
          [0, 1, 2].reduce((s, i) => s + (x.data[i] ?? 0) * (w[2 * i] ?? 0), 0),
          5,
        );
      },
      onGradient: (layer, call, gradient, shape) => {
        seen.push(`gradient ${layer} ${call} [${shape.join()}]`);
        flowing = gradient.slice();
      },
    },
  });
  expect(seen).toEqual(["activation 0 0 [2,2] of [2,3]", "gradient 0 0 [2,2]"]);
  // The bias gradient is the sum over the batch of what flows back.
  expect((flowing[0] ?? 0) + (flowing[2] ?? 0)).toBeCloseTo(gradients.get("l0/bias")?.[0] ?? NaN, 5);
  executor.dispose();
});

test("inputs and targets that do not fit are refused with a diagnostic", () => {
  const net = network(chain([3], ["Dense", { units: 2, activation: "softmax" }]));
  const executor = createExecutor(net, initialStore(net), backend, { seed: 1 });
  expect(() => executor.predict([randomInput([1, 4], 1)])).toThrow(/P6005/);
  expect(() => executor.predict([])).toThrow(/P6005/);
  const x = randomInput([1, 3], 1);
  expect(() => executor.evaluate({ inputs: [x], targets: [labels(2, 2)], size: 1 })).toThrow(
    /P6006.*label 2/,
  );
  expect(() => executor.evaluate({ inputs: [x], targets: [dense([1, 3], 0, 0, 1)], size: 1 })).toThrow(
    /P6006/,
  );
  executor.dispose();
});

test("an index outside of an embedding's table is refused, on every backend alike", () => {
  const net = network(chain([2], ["Embedding", { input_dim: 4, output_dim: 2 }]));
  const executor = createExecutor(net, initialStore(net), backend, { seed: 1 });
  for (const bad of [4, -1, NaN, 1e9]) {
    expect(() => executor.predict([dense([1, 2], 0, bad)])).toThrow(/P5155.*`l0`/);
  }
  expect(executor.predict([dense([1, 2], 0, 3.5)])[0]?.shape).toEqual([1, 2, 2]);
  executor.dispose();
});

test("what TensorFlow.js cannot differentiate is refused by name", () => {
  const net = network(
    chain(
      [4, 4, 1],
      ["Conv2D", { filters: 1, kernel_size: [1, 1] }],
      ["CenterCrop", { height: 2, width: 2 }],
      ["Flatten", {}],
    ),
  );
  const executor = createExecutor(net, initialStore(net), backend, { seed: 1 });
  const batch = { inputs: [randomInput([1, 4, 4, 1], 1)], targets: [randomInput([1, 4], 1)], size: 1 };
  expect(executor.predict(batch.inputs)[0]?.shape).toEqual([1, 4]);
  expect(() => executor.trainStep(batch, 0)).toThrow(/P5153.*CropAndResize/);
  executor.dispose();
});

test.each<[string, Parameters<typeof chain>[1], Parameters<typeof chain>[1][]]>([
  [
    "of a layer",
    ["Dense", { units: 3, activity_regularizer: { class_name: "L1L2", config: { l1: 0.2, l2: 0.3 } } }],
    [],
  ],
  ["by a layer of their own", ["Dense", { units: 3 }], [["ActivityRegularization", { l1: 0.2, l2: 0.3 }]]],
])("penalties on outputs %s count in loss and gradients, a mean over the batch", (_, hidden, own) => {
  const net = network(chain([4], hidden, ...own, ["Dense", { units: 2, activation: "softmax" }]));
  const bare = network(
    chain([4], ["Dense", { units: 3 }], ...own.map(() => ["Activation", {}] as const), [
      "Dense",
      { units: 2, activation: "softmax" },
    ]),
  );
  const first = network(chain([4], ["Dense", { units: 3 }]));
  const store = initialStore(net);
  const batch = { inputs: [randomInput([5, 4], 1)], targets: [labels(2, 0, 1, 1, 0, 1)], size: 5 };
  const lossOf = (of: typeof net): number => {
    const executor = createExecutor(of, store, backend, { seed: 1 });
    const { loss } = executor.trainStep(batch, 0);
    executor.dispose();
    return loss;
  };
  const inner = createExecutor(first, store, backend, { seed: 1 });
  const [shown] = inner.predict(batch.inputs);
  const penalty = shown?.data.reduce((sum, y) => sum + 0.2 * Math.abs(y) + 0.3 * y * y, 0) ?? NaN;
  expect(lossOf(net) - lossOf(bare)).toBeCloseTo(penalty / 5, 5);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const gradient = executor.trainStep(batch, 0).gradients.get("l0/kernel");
  const { data } = parameter(store, "l0/kernel");
  const at = data[4] ?? 0;
  const shifted = (by: number): number => {
    data[4] = at + by;
    return lossOf(net);
  };
  expect((shifted(0.01) - shifted(-0.01)) / 0.02).toBeCloseTo(gradient?.[4] ?? NaN, 3);
  inner.dispose();
  executor.dispose();
});
