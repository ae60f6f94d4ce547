import { openBackend, tf, type Backend } from "../runtime/backend/index.js";
import { createExecutor } from "../runtime/executor/index.js";
import { loadModel } from "../runtime/model/index.js";
import { sgd } from "../runtime/optimizers/sgd.js";
import type { Batch } from "../runtime/types.js";
import { lenet5, madeUp, resnet20 } from "./models.js";
import { median, writeResult } from "./result.js";

/**
 * One training step (forward, backward, momentum, loss read back) in milliseconds: stock TensorFlow.js
 * (`model.apply` and `tf.train.momentum`) against ours (executor, masters, our optimizer), on each backend that opens.
 */

const networks = {
  resnet20: { model: resnet20, shape: [32, 32, 3] },
  lenet5: { model: lenet5, shape: [28, 28, 1] },
} as const;

interface Setting {
  readonly network: keyof typeof networks;
  readonly backend: "node" | "wasm" | "cpu";
  readonly batch: number;
  readonly steps: number;
  /** Whether stock TensorFlow.js can train it there at all. */
  readonly stock: boolean;
}

const settings: readonly Setting[] = [
  { network: "resnet20", backend: "node", batch: 128, steps: 9, stock: true },
  { network: "resnet20", backend: "node", batch: 32, steps: 15, stock: true },
  { network: "lenet5", backend: "node", batch: 64, steps: 25, stock: true },
  { network: "resnet20", backend: "wasm", batch: 32, steps: 9, stock: false },
  { network: "lenet5", backend: "wasm", batch: 64, steps: 25, stock: false },
  { network: "lenet5", backend: "cpu", batch: 64, steps: 2, stock: true },
];

const RATE = 0.1;
const MOMENTUM = 0.9;
const args = new Map([["momentum", MOMENTUM]]);

const batchOf = ({ network, batch }: Setting): Batch => madeUp(batch, networks[network].shape);

function stockStep(setting: Setting): () => void {
  const { model: make, shape } = networks[setting.network];
  const model = make();
  const [input] = batchOf(setting).inputs;
  const x = tf.tensor4d(input?.data ?? [], [setting.batch, ...shape]);
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
  const { network, store } = await loadModel(networks[setting.network].model());
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
  const name = `${setting.network}-${setting.backend}-${setting.batch}`;
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const opened = await openBackend({ backend: setting.backend }).catch(() => null);
  if (opened === null) {
    console.log(`${name}: backend ${setting.backend} does not open here`);
    continue;
  }
  writeResult(`step-${name}`, {
    backend: opened.description,
    batch: setting.batch,
    milliseconds: {
      ours: time(await ourStep(setting, opened), setting.steps),
      ...(setting.stock ? { stock: time(stockStep(setting), setting.steps) } : {}),
    },
  });
}
