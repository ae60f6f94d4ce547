import { composedOps } from "../ops/composed.js";
import { kernelOps } from "../ops/kernel-ops.js";
import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import type { FusedOps } from "../types.js";

/** The fused ops of the wasm pack: XNNPACK adds biases for nothing, and pools fast. */
export const wasmOps: FusedOps = {
  ...kernelOps,

  conv2d(x, kernel, bias, strides, pad, dilations) {
    if (bias === null || dilations[0] > 1 || dilations[1] > 1) {
      return composedOps.conv2d(x, kernel, bias, strides, pad, dilations);
    }
    return tf.fused.conv2d({ x, filter: kernel, bias, strides: [...strides], pad });
  },

  dense(x, kernel, bias) {
    const units = channelsOf(kernel);
    const a = tf.reshape<tf.Rank.R2>(x, [x.size / channelsOf(x), channelsOf(x)]);
    const y = bias === null ? tf.matMul(a, kernel) : tf.fused.matMul({ a, b: kernel, bias });
    return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), units]);
  },

  globalAveragePool(x) {
    const channels = channelsOf(x);
    const [n = 0] = x.shape;
    const positions = x.size / (n * channels);
    const pooled = tf.avgPool(
      tf.reshape<tf.Rank.R4>(x, [n, positions, 1, channels]),
      [positions, 1],
      1,
      "valid",
    );
    return tf.reshape(pooled, [n, channels]);
  },
};
