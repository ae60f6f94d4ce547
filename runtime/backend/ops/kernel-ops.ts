import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import type { FusedOps } from "../types.js";
import { composedOps } from "./composed.js";
import { BATCH_NORM, CROSS_ENTROPY, CROSS_ENTROPY_SPARSE, RELU, RELU6 } from "./kernels.js";

/** The fused ops on the kernels of a pack; what needs none is composed. */
export const kernelOps: FusedOps = {
  ...composedOps,

  batchNormTrain(x, gamma, beta, epsilon) {
    const channels = channelsOf(x);
    const inputs = { x, gamma: gamma ?? tf.ones([channels]), beta: beta ?? tf.zeros([channels]) };
    const [y, mean, variance] = tf
      .engine()
      .runKernel<[typeof x, tf.Tensor1D, tf.Tensor1D]>(BATCH_NORM, inputs, { epsilon });
    return { y, mean, variance };
  },

  batchNormInference(x, mean, variance, gamma, beta, epsilon) {
    if (tf.engine().state.gradientDepth > 0) {
      return composedOps.batchNormInference(x, mean, variance, gamma, beta, epsilon);
    }
    const pixels = tf.reshape<tf.Rank.R4>(x, [x.size / channelsOf(x), 1, 1, channelsOf(x)]);
    const y = tf.batchNorm(pixels, mean, variance, beta ?? undefined, gamma ?? undefined, epsilon);
    return tf.reshape<tf.Rank>(y, x.shape) as typeof x;
  },

  relu: (x) => tf.engine().runKernel(RELU, { x }),

  relu6: (x) => tf.engine().runKernel(RELU6, { x }),

  softmaxCrossEntropySparse(logits, labels) {
    const [loss] = tf.engine().runKernel<[tf.Scalar, tf.Tensor2D]>(CROSS_ENTROPY_SPARSE, { logits, labels });
    return loss;
  },

  softmaxCrossEntropy(logits, targets) {
    const [loss] = tf.engine().runKernel<[tf.Scalar, tf.Tensor2D]>(CROSS_ENTROPY, { logits, targets });
    return loss;
  },
};
