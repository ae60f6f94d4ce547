import * as tf from "@tensorflow/tfjs-layers";

/** Two convolutions and a head, for 28 × 28 digits. */
export default function network() {
  const conv = (filters) =>
    tf.layers.conv2d({ filters, kernelSize: 3, strides: 2, padding: "same", activation: "relu" });
  return tf.sequential({
    name: "digits",
    layers: [
      tf.layers.inputLayer({ inputShape: [28, 28, 1] }),
      conv(16),
      conv(32),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
