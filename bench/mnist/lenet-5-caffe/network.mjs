import * as tf from "@tensorflow/tfjs-layers";

/** LeNet-5 as Caffe has it (LeCun et al. 1998; Jia et al. 2014): 431,080 parameters, 430,500 of them weights. */
export default function network() {
  const common = { activation: "relu", kernelInitializer: "heNormal" };
  return tf.sequential({
    name: "lenet-5-caffe",
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 20, kernelSize: 5, ...common }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 50, kernelSize: 5, ...common }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 500, ...common }),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
