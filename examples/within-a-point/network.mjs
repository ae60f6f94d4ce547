import * as tf from "@tensorflow/tfjs-layers";

const { layers } = tf;

const conv = (x, filters, kernelSize, strides) =>
  layers
    .conv2d({ filters, kernelSize, strides, padding: "same", useBias: false, kernelInitializer: "heNormal" })
    .apply(x);
const norm = (x) => layers.batchNormalization({ momentum: 0.9 }).apply(x);
const relu = (x) => layers.reLU().apply(x);

/** Two convolutions around a shortcut: identity, or projected where the size changes (He et al. 2015). */
function block(x, filters, strides) {
  const inner = norm(conv(relu(norm(conv(x, filters, 3, strides))), filters, 3, 1));
  const shortcut = strides === 1 ? x : norm(conv(x, filters, 1, strides));
  return relu(layers.add().apply([inner, shortcut]));
}

/** A small residual network for 28 × 28 grey images: 22,198 parameters, 1.5 million MACs. */
export default function network() {
  const input = tf.input({ shape: [28, 28, 1] });
  let x = relu(norm(conv(input, 12, 5, 2)));
  x = block(x, 12, 1);
  x = block(x, 24, 2);
  x = block(x, 24, 1);
  x = layers.globalAveragePooling2d({}).apply(x);
  const output = layers.dense({ units: 10, activation: "softmax" }).apply(x);
  return tf.model({ inputs: input, outputs: output, name: "small-resnet" });
}
