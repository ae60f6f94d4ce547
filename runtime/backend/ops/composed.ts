import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import type { FusedOps, Pair } from "../types.js";
import { dilatedConv2d } from "./dilated-conv-2d.js";
import { dilatedDepthwise } from "./dilated-depthwise.js";

/** The fused ops composed of ops of tfjs-core: right on every backend, and the reference for the packs. */
export const composedOps: FusedOps = {
  conv2d(x, kernel, bias, strides, pad, dilations) {
    const y = isDilated(strides, dilations)
      ? dilatedConv2d(x, kernel, pad, dilations)
      : tf.conv2d(x, kernel, [...strides], pad);
    return bias === null ? y : composedOps.biasAdd(y, bias);
  },

  depthwiseConv2d(x, kernel, bias, strides, pad, dilations) {
    const y = isDilated(strides, dilations)
      ? dilatedDepthwise(x, kernel, pad, dilations)
      : tf.depthwiseConv2d(x, kernel, [...strides], pad);
    return bias === null ? y : composedOps.biasAdd(y, bias);
  },

  dense: (x, kernel, bias) =>
    onRows(x, (rows) => {
      const product = tf.matMul(rows, kernel);
      return bias === null ? product : composedOps.biasAdd(product, bias);
    }),

  biasAdd: (x, bias) => tf.add(x, bias),

  batchNormTrain(x, gamma, beta, epsilon) {
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const mean = tf.mean<tf.Tensor1D>(x, axes);
    const centred = tf.sub<typeof x>(x, mean);
    const variance = tf.mean<tf.Tensor1D>(tf.square(centred), axes);
    const deviation = tf.rsqrt(tf.add(variance, epsilon));
    const scaled = tf.mul<typeof x>(centred, gamma === null ? deviation : tf.mul(deviation, gamma));
    return { y: beta === null ? scaled : tf.add<typeof x>(scaled, beta), mean, variance };
  },

  batchNormInference(x, mean, variance, gamma, beta, epsilon) {
    const deviation = tf.rsqrt(tf.add(variance, epsilon));
    const scale = gamma === null ? deviation : tf.mul(deviation, gamma);
    const offset = beta === null ? tf.neg(tf.mul(mean, scale)) : tf.sub(beta, tf.mul(mean, scale));
    return tf.add(tf.mul(x, scale), offset);
  },

  relu: (x) => tf.relu(x),

  relu6: (x) => tf.relu6(x),

  globalAveragePool(x) {
    const channels = channelsOf(x);
    const [n = 0] = x.shape;
    const positions = x.size / (n * channels);
    return tf.mean<tf.Tensor2D>(tf.reshape(x, [n, positions, channels]), 1);
  },

  softmaxCrossEntropySparse(logits, labels) {
    const targets = tf.cast(tf.oneHot(labels, channelsOf(logits)), "float32");
    return composedOps.softmaxCrossEntropy(logits, tf.reshape(targets, logits.shape));
  },

  softmaxCrossEntropy(logits, targets) {
    const [n] = logits.shape;
    const perClass = tf.mul(targets, tf.logSoftmax(logits));
    return tf.div<tf.Scalar>(tf.sum(perClass), -n);
  },
};

/** Applies `f` to the rows of a tensor of any rank: its last axis as the only one beside the others. */
export function onRows(x: tf.Tensor, f: (rows: tf.Tensor2D) => tf.Tensor): tf.Tensor {
  const y = f(tf.reshape<tf.Rank.R2>(x, [x.size / channelsOf(x), channelsOf(x)]));
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), channelsOf(y)]);
}

function isDilated(strides: Pair, dilations: Pair): boolean {
  const dilated = dilations[0] > 1 || dilations[1] > 1;
  if (dilated && (strides[0] > 1 || strides[1] > 1)) {
    throw new Error("a convolution has either strides or dilations above 1");
  }
  return dilated;
}
