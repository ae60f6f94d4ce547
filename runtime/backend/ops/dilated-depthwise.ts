import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import type { Padding, Pair } from "../types.js";

/**
 * Depthwise convolution with strides 1 and dilations above 1, differentiable. tfjs-core refuses the gradient, and the
 * cpu kernel behind it ignores dilations; so the filter is spread out with zeros, which any kernel gets right.
 */
export function dilatedDepthwise(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  pad: Padding,
  dilations: Pair,
): tf.Tensor4D {
  return tf.depthwiseConv2d(x, spread(kernel, dilations), 1, pad);
}

/** [kh, kw, c, m] to [(kh − 1)·dh + 1, (kw − 1)·dw + 1, c, m] with zeros between the taps. */
function spread(kernel: tf.Tensor4D, [down, across]: Pair): tf.Tensor4D {
  const [height, width, channels, multiplier] = shape4(kernel);
  const depth = channels * multiplier;
  const columns = spreadRows(tf.reshape<tf.Rank.R3>(kernel, [height, width, depth]), across);
  const [, wide] = columns.shape;
  const rows = spreadRows(tf.reshape<tf.Rank.R3>(columns, [1, height, wide * depth]), down);
  return tf.reshape<tf.Rank.R4>(rows, [rows.shape[1], wide, channels, multiplier]);
}

/** [a, n, b] to [a, (n − 1)·step + 1, b]. */
function spreadRows(t: tf.Tensor3D, step: number): tf.Tensor3D {
  const [a, n, b] = t.shape;
  if (step === 1) return t;
  const apart = tf.pad(tf.reshape<tf.Rank.R4>(t, [a, n, 1, b]), [
    [0, 0],
    [0, 0],
    [0, step - 1],
    [0, 0],
  ]);
  const together = tf.reshape<tf.Rank.R3>(apart, [a, n * step, b]);
  return tf.slice(together, [0, 0, 0], [a, (n - 1) * step + 1, b]);
}
