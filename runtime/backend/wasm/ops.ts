import { composedOps, onRows } from "../ops/composed.js";
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

  dense: (x, kernel, bias) =>
    onRows(x, (a) => (bias === null ? tf.matMul(a, kernel) : tf.fused.matMul({ a, b: kernel, bias }))),

  globalAveragePool(x) {
    const channels = channelsOf(x);
    const [n = 0] = x.shape;
    const positions = x.size / (n * channels);
    const images = tf.reshape<tf.Rank.R4>(x, [n, positions, 1, channels]);
    return tf.reshape(tf.avgPool(images, [positions, 1], 1, "valid"), [n, channels]);
  },
};
