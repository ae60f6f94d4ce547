import { openBackend, tf, type Backend, type layers as tfl } from "../runtime/backend/index.js";
import { createExecutor } from "../runtime/executor/index.js";
import { loadModel } from "../runtime/model/index.js";
import { sgd } from "../runtime/optimizers/sgd.js";
import type { Batch } from "../runtime/types.js";
import { lenet5, resnet20 } from "./models.js";
import { median, writeResult } from "./result.js";

/**
 * One training step (forward, backward, momentum, loss read back) in milliseconds: stock TensorFlow.js
 * (`model.apply` and `tf.train.momentum`) against ours (executor, masters, our optimizer), on each backend that opens.
 */

interface Setting {
  readonly name: string;
  readonly backend: "node" | "wasm" | "cpu";
  readonly model: () => tfl.LayersModel;
  readonly shape: readonly [number, number, number];
  readonly batch: number;
  readonly steps: number;
  /** Whether stock TensorFlow.js can train it there at all. */
  readonly stock: boolean;
}

const settings: readonly Setting[] = [
  {
    name: "resnet20-node-128",
    backend: "node",
    model: resnet20,
    shape: [32, 32, 3],
    batch: 128,
    steps: 9,
    stock: true,
  },
  {
    name: "resnet20-node-32",
    backend: "node",
    model: resnet20,
    shape: [32, 32, 3],
    batch: 32,
    steps: 15,
    stock: true,
  },
  {
    name: "lenet5-node-64",
    backend: "node",
    model: lenet5,
    shape: [28, 28, 1],
    batch: 64,
    steps: 25,
    stock: true,
  },
  {
    name: "resnet20-wasm-32",
    backend: "wasm",
    model: resnet20,
    shape: [32, 32, 3],
    batch: 32,
    steps: 9,
    stock: false,
  },
  {
    name: "lenet5-wasm-64",
    backend: "wasm",
    model: lenet5,
    shape: [28, 28, 1],
    batch: 64,
    steps: 25,
    stock: false,
  },
  {
    name: "lenet5-cpu-64",
    backend: "cpu",
    model: lenet5,
    shape: [28, 28, 1],
    batch: 64,
    steps: 2,
    stock: true,
  },
];

const RATE = 0.1;
const MOMENTUM = 0.9;
const args = new Map([["momentum", MOMENTUM]]);

function batchOf({ shape, batch }: Setting): Batch {
  const data = Float32Array.from(
    { length: batch * shape[0] * shape[1] * shape[2] },
    (_, i) => ((i * 7919) % 256) / 255,
  );
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  return {
    inputs: [{ kind: "dense", data, shape: [batch, ...shape] }],
    targets: [{ kind: "labels", data: labels, classes: 10 }],
    size: batch,
  };
}

function stockStep(setting: Setting): () => void {
  const model = setting.model();
  const [input] = batchOf(setting).inputs;
  const x = tf.tensor4d(input?.data ?? [], [setting.batch, ...setting.shape]);
  const labels = Array.from({ length: setting.batch }, (_, i) => i % 10);
  const y = tf.oneHot(tf.tensor1d(labels, "int32"), 10);
  const optimizer = tf.train.momentum(RATE, MOMENTUM);
  return () => {
    const loss = optimizer.minimize(() => {
      const logits = model.apply(x, { training: true });
      if (!(logits instanceof tf.Tensor)) throw new Error("one output was expected");
      return tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(y, logits);
    }, true);
    loss?.dataSync();
    loss?.dispose();
  };
}

async function ourStep(setting: Setting, backend: Backend): Promise<() => void> {
  const { network, store } = await loadModel(setting.model());
  const executor = createExecutor(network, store, backend, { seed: 1, losses: [{ name: "cross-entropy" }] });
  const batch = batchOf(setting);
  const trainable = [...store.values()].filter((p) => p.trainable);
  const slots = new Map(trainable.map((p) => [p.key, { momentum: new Float32Array(p.data.length) }]));
  const keys = trainable.map((p) => p.key);
  let step = 0;
  return () => {
    const { gradients } = executor.trainStep(batch, ++step);
    for (const { key, data } of trainable) {
      const gradient = gradients.get(key);
      if (gradient) sgd.update(data, gradient, slots.get(key) ?? {}, { rate: RATE, step, args });
    }
    executor.upload(keys);
  };
}

function time(step: () => void, steps: number): Readonly<Record<string, number>> {
  const warm = Math.min(3, steps);
  for (let i = 0; i < warm; i++) step();
  const before = tf.memory().numTensors;
  const times = Array.from({ length: steps }, () => {
    const started = performance.now();
    step();
    return performance.now() - started;
  });
  return { median: median(times), least: Math.min(...times), leaked: tf.memory().numTensors - before };
}

const wanted = process.argv.slice(3);
for (const setting of settings) {
  if (wanted.length > 0 && !wanted.includes(setting.name)) continue;
  const opened = await openBackend({ backend: setting.backend }).catch(() => null);
  if (opened === null) {
    console.log(`${setting.name}: backend ${setting.backend} does not open here`);
    continue;
  }
  writeResult(`step-${setting.name}`, {
    backend: opened.description,
    batch: setting.batch,
    milliseconds: {
      ours: time(await ourStep(setting, opened), setting.steps),
      ...(setting.stock ? { stock: time(stockStep(setting), setting.steps) } : {}),
    },
  });
}
