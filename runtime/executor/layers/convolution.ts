import { choice, sizes } from "../../../core/network/config.js";
import { tf } from "../../backend/tf.js";
import type { FusedOps, Padding, Pair } from "../../backend/types.js";
import { activationOf } from "../activations.js";
import { unary, type Build, type Builder } from "../pass.js";
import { rank1, rank3, rank4, rank5 } from "../ranks.js";

/** Conv1D, Conv2D, Conv3D, Conv2DTranspose, Conv3DTranspose, DepthwiseConv2D, SeparableConv2D; channels last. */

type Triple = [number, number, number];

/** What the config and the weights of a convolution say. */
interface Parts {
  readonly build: Build;
  readonly ops: FusedOps;
  readonly bias: tf.Tensor1D | null;
  /** One per axis of the image, then 1s. */
  readonly strides: Triple;
  readonly dilations: Triple;
  readonly pad: Padding;
}

/** A layer over images of `axes` axes: what `compute` gives, then the activation unless the loss takes logits. */
function convolution(axes: 1 | 2 | 3, compute: (parts: Parts) => (x: tf.Tensor) => tf.Tensor): Builder {
  return (build) => {
    const { config, ops } = build;
    const variable = build.weight("bias");
    const perAxis = (key: string): Triple => {
      const [first = 1, second = 1, third = 1] = sizes(config, key, axes, 1);
      return [first, second, third];
    };
    const body = compute({
      build,
      ops,
      bias: variable ? rank1(variable) : null,
      strides: perAxis("strides"),
      dilations: perAxis("dilation_rate"),
      pad: choice(config, "padding", ["valid", "same"], "valid"),
    });
    const act = activationOf(build);
    return unary((x, context) => (context.logits ? body(x) : act(body(x))));
  };
}

const pair = ([first, second]: Triple): Pair => [first, second];

/** Adds the bias of an op that does not. */
const biased = (y: tf.Tensor, { ops, bias }: Parts): tf.Tensor => (bias ? ops.biasAdd(y, bias) : y);

export const conv1d = convolution(1, ({ build, ops, bias, strides, dilations, pad }) => {
  const kernel = build.need("kernel");
  const [width = 1, inputs = 1, outputs = 1] = kernel.shape;
  return (x) => {
    const [n, w, c] = rank3(x).shape;
    const images = tf.reshape<tf.Rank.R4>(x, [n, 1, w, c]);
    const taps = tf.reshape<tf.Rank.R4>(kernel, [1, width, inputs, outputs]);
    const y = ops.conv2d(images, taps, bias, [1, strides[0]], pad, [1, dilations[0]]);
    return tf.reshape(y, [n, y.shape[2], outputs]);
  };
});

export const conv2d = convolution(2, ({ build, ops, bias, strides, dilations, pad }) => {
  const kernel = rank4(build.need("kernel"));
  return (x) => ops.conv2d(rank4(x), kernel, bias, pair(strides), pad, pair(dilations));
});

export const conv3d = convolution(3, (parts) => {
  const { build, strides, dilations, pad } = parts;
  const kernel = rank5(build.need("kernel"));
  return (x) => biased(tf.conv3d(rank5(x), kernel, strides, pad, "NDHWC", dilations), parts);
});

export const depthwiseConv2d = convolution(2, ({ build, ops, bias, strides, dilations, pad }) => {
  const kernel = rank4(build.need("depthwise_kernel"));
  return (x) => ops.depthwiseConv2d(rank4(x), kernel, bias, pair(strides), pad, pair(dilations));
});

export const separableConv2d = convolution(2, ({ build, ops, bias, strides, dilations, pad }) => {
  const depthwise = rank4(build.need("depthwise_kernel"));
  const pointwise = rank4(build.need("pointwise_kernel"));
  return (x) => {
    const spread = ops.depthwiseConv2d(rank4(x), depthwise, null, pair(strides), pad, pair(dilations));
    return ops.conv2d(spread, pointwise, bias, [1, 1], "valid", [1, 1]);
  };
});

/** The extents of a transposed convolution's output, as tfjs-layers counts them. */
function deconvolved(x: tf.Tensor, kernel: tf.Tensor, { strides, pad }: Parts): number[] {
  return x.shape.slice(1, -1).map((length, axis) => {
    const [stride = 1, size = 1] = [strides[axis], kernel.shape[axis]];
    return length * stride + (pad === "valid" ? Math.max(size - stride, 0) : 0);
  });
}

export const conv2dTranspose = convolution(2, (parts) => {
  const { build, strides, pad } = parts;
  const kernel = rank4(build.need("kernel"));
  return (x) => {
    const [height = 1, width = 1] = deconvolved(x, kernel, parts);
    const shape: [number, number, number, number] = [rank4(x).shape[0], height, width, kernel.shape[2]];
    return biased(tf.conv2dTranspose(rank4(x), kernel, shape, [strides[0], strides[1]], pad), parts);
  };
});

type Shape5 = [number, number, number, number, number];

/** `tf.conv3dTranspose` with a gradient, which tfjs-core lacks: it is the convolution that this one transposes. */
function transposed3d(
  x: tf.Tensor5D,
  kernel: tf.Tensor5D,
  shape: Shape5,
  strides: Triple,
  pad: Padding,
): tf.Tensor {
  return tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, weights, save] = args;
    if (!(input instanceof tf.Tensor) || !(weights instanceof tf.Tensor) || typeof save !== "function") {
      throw new Error("customGrad lost its inputs");
    }
    save([input, weights]);
    return {
      value: tf.conv3dTranspose(rank5(input), rank5(weights), shape, strides, pad),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before = input, filter = weights] = saved;
        const attrs = { strides, pad, filterShape: [...filter.shape] };
        return [
          tf.conv3d(rank5(dy), rank5(filter), strides, pad),
          tf.engine().runKernel<tf.Tensor>("Conv3DBackpropFilterV2", { x: dy, dy: before }, attrs),
        ];
      },
    };
  })(x, kernel);
}

export const conv3dTranspose = convolution(3, (parts) => {
  const { build, strides, pad } = parts;
  const kernel = rank5(build.need("kernel"));
  return (x) => {
    const [depth = 1, height = 1, width = 1] = deconvolved(x, kernel, parts);
    const shape: Shape5 = [rank5(x).shape[0], depth, height, width, kernel.shape[3]];
    return biased(transposed3d(rank5(x), kernel, shape, strides, pad), parts);
  };
});
