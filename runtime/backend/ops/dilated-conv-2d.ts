import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import type { Padding, Pair } from "../types.js";

/**
 * conv2d with strides 1 and dilations above 1, differentiable on every backend (tfjs-core refuses the gradient).
 *
 * With respect to the input it is the convolution of dy with the reversed filter under the same dilations; with
 * respect to the filter it is the convolution of x with dy under *strides* equal to the dilations, where channels of x
 * play the images and the batch plays the channels.
 */
export function dilatedConv2d(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  pad: Padding,
  dilations: Pair,
): tf.Tensor4D {
  const info = tf.backend_util.computeConv2DInfo(shape4(x), shape4(kernel), 1, [...dilations], pad);
  const op = tf.customGrad((...given: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, filter, save] = given;
    if (!(input instanceof tf.Tensor && filter instanceof tf.Tensor && typeof save === "function")) {
      throw new Error("customGrad passes two tensors and a function here");
    }
    save([input, filter]);
    const value = tf.conv2d(x, kernel, 1, pad, "NHWC", [...dilations]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [images, taps] = saved;
      if (images === undefined || taps === undefined) throw new Error("two tensors were saved");
      const upstream = tf.reshape<tf.Rank.R4>(dy, info.outShape);
      return [
        inputGradient(upstream, tf.reshape<tf.Rank.R4>(taps, info.filterShape), info),
        filterGradient(tf.reshape<tf.Rank.R4>(images, info.inShape), upstream, info),
      ];
    };
    return { value, gradFunc };
  });
  return tf.reshape(op(x, kernel), info.outShape);
}

function inputGradient(dy: tf.Tensor4D, kernel: tf.Tensor4D, info: tf.backend_util.Conv2DInfo): tf.Tensor4D {
  const { dilationHeight, dilationWidth, filterHeight, filterWidth, padInfo, inHeight, inWidth } = info;
  const reachDown = (filterHeight - 1) * dilationHeight;
  const reachRight = (filterWidth - 1) * dilationWidth;
  const top = reachDown - padInfo.top;
  const left = reachRight - padInfo.left;
  const padded = tf.pad(dy, [
    [0, 0],
    [top, inHeight + reachDown - info.outHeight - top],
    [left, inWidth + reachRight - info.outWidth - left],
    [0, 0],
  ]);
  const reversed = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(padded, reversed, 1, "valid", "NHWC", [dilationHeight, dilationWidth]);
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: tf.backend_util.Conv2DInfo): tf.Tensor4D {
  const { dilationHeight, dilationWidth, padInfo } = info;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const images = tf.transpose(padded, [3, 1, 2, 0]);
  const taps = tf.transpose(dy, [1, 2, 0, 3]);
  const gradient = tf.conv2d(images, taps, [dilationHeight, dilationWidth], "valid");
  return tf.transpose(gradient, [1, 2, 0, 3]);
}
