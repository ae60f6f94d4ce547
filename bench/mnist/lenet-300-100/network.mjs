import * as tf from "@tensorflow/tfjs-layers";

/** LeNet-300-100 (LeCun et al. 1998): 266,610 parameters, 266,200 of them weights. */
export default function network() {
  const dense = (units, activation) => tf.layers.dense({ units, activation, kernelInitializer: "heNormal" });
  return tf.sequential({
    name: "lenet-300-100",
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      dense(300, "relu"),
      dense(100, "relu"),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
