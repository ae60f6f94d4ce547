import { choice, int, sizes } from "../../../core/network/config.js";
import { outputPadding } from "../../../core/network/layers/convolution.js";
import { deconvLength } from "../../../core/network/shapes.js";
import { tf } from "../../backend/tf.js";
import type { FusedOps, Padding, Pair } from "../../backend/types.js";
import { activationOf } from "../activations.js";
import { locally } from "./local.js";
import { unary, type Build, type Builder } from "../pass.js";
import { rank1, rank3, rank4, rank5 } from "../ranks.js";

/** Convolutions, plain, transposed, depthwise and separable; channels last. */

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
    const padding = choice(config, "padding", ["valid", "same", "causal"], "valid");
    const reach = ((sizes(config, "kernel_size", axes)[0] ?? 1) - 1) * (perAxis("dilation_rate")[0] ?? 1);
    const parts: Parts = {
      build,
      ops,
      bias: variable ? rank1(variable) : null,
      strides: perAxis("strides"),
      dilations: perAxis("dilation_rate"),
      pad: padding === "same" ? "same" : "valid",
    };
    const steady = compute(parts);
    // Causal: what comes before the first step is zero.
    const padded = (x: tf.Tensor): tf.Tensor =>
      padding === "causal"
        ? tf.pad(x, [
            [0, 0],
            [reach, 0],
            [0, 0],
          ])
        : x;
    const act = activationOf(build);
    return unary((input, context) => {
      const x = padded(input);
      const y = locally(build, context, steady(x), (variances) =>
        compute({ ...parts, build: { ...build, need: () => variances }, bias: null })(tf.square(x)),
      );
      return context.logits ? y : act(y);
    });
  };
}

const pair = ([first, second]: Triple): Pair => [first, second];

/** Adds the bias of an op that does not. */
const biased = (y: tf.Tensor, { ops, bias }: Parts): tf.Tensor => (bias ? ops.biasAdd(y, bias) : y);

/** Each group of channels by itself, the bias after. */
function inGroups(
  { build, ...parts }: Parts,
  kernel: tf.Tensor,
  convolve: (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor1D | null) => tf.Tensor,
): (x: tf.Tensor) => tf.Tensor {
  const groups = int(build.config, "groups", 1);
  if (groups === 1) return (x) => convolve(x, kernel, parts.bias);
  return (x) => {
    const kernels = tf.split(kernel, groups, kernel.rank - 1);
    const made = tf.split(x, groups, x.rank - 1).map((one, i) => convolve(one, kernels[i] ?? kernel, null));
    return biased(tf.concat(made, x.rank - 1), { build, ...parts });
  };
}

/** A sequence as images of one row, and its kernel. */
function asRow(x: tf.Tensor): tf.Tensor4D {
  const [n, w, c] = rank3(x).shape;
  return tf.reshape<tf.Rank.R4>(x, [n, 1, w, c]);
}
const taps = (kernel: tf.Tensor): tf.Tensor4D => {
  const [width, inputs, outputs] = rank3(kernel).shape;
  return tf.reshape<tf.Rank.R4>(kernel, [1, width, inputs, outputs]);
};
const asSequence = (y: tf.Tensor): tf.Tensor => {
  const [n, , w, c] = rank4(y).shape;
  return tf.reshape(y, [n, w, c]);
};

export const conv1d = convolution(1, (parts) => {
  const { build, ops, strides, dilations, pad } = parts;
  return inGroups(parts, build.need("kernel"), (x, kernel, bias) =>
    asSequence(ops.conv2d(asRow(x), taps(kernel), bias, [1, strides[0]], pad, [1, dilations[0]])),
  );
});

export const conv2d = convolution(2, (parts) => {
  const { build, ops, strides, dilations, pad } = parts;
  return inGroups(parts, build.need("kernel"), (x, kernel, bias) =>
    ops.conv2d(rank4(x), rank4(kernel), bias, pair(strides), pad, pair(dilations)),
  );
});

export const conv3d = convolution(3, (parts) => {
  const { build, strides, dilations, pad } = parts;
  return inGroups(parts, build.need("kernel"), (x, kernel, bias) =>
    biased(tf.conv3d(rank5(x), rank5(kernel), strides, pad, "NDHWC", dilations), { ...parts, bias }),
  );
});

/** Strides must be the same both ways for the kernels of depthwise convolutions; one row has one place anyway. */
const square = (stride: number): Pair => [stride, stride];

export const depthwiseConv1d = convolution(1, ({ build, ops, bias, strides, dilations, pad }) => {
  const kernel = build.need("depthwise_kernel");
  return (x) =>
    asSequence(ops.depthwiseConv2d(asRow(x), taps(kernel), bias, square(strides[0]), pad, [1, dilations[0]]));
});

export const depthwiseConv2d = convolution(2, ({ build, ops, bias, strides, dilations, pad }) => {
  const kernel = rank4(build.need("depthwise_kernel"));
  return (x) => ops.depthwiseConv2d(rank4(x), kernel, bias, pair(strides), pad, pair(dilations));
});

export const separableConv1d = convolution(1, ({ build, ops, bias, strides, dilations, pad }) => {
  const depthwise = build.need("depthwise_kernel");
  const pointwise = build.need("pointwise_kernel");
  return (x) => {
    const spread = ops.depthwiseConv2d(asRow(x), taps(depthwise), null, square(strides[0]), pad, [
      1,
      dilations[0],
    ]);
    return asSequence(ops.conv2d(spread, taps(pointwise), bias, [1, 1], "valid", [1, 1]));
  };
});

export const separableConv2d = convolution(2, ({ build, ops, bias, strides, dilations, pad }) => {
  const depthwise = rank4(build.need("depthwise_kernel"));
  const pointwise = rank4(build.need("pointwise_kernel"));
  return (x) => {
    const spread = ops.depthwiseConv2d(rank4(x), depthwise, null, pair(strides), pad, pair(dilations));
    return ops.conv2d(spread, pointwise, bias, [1, 1], "valid", [1, 1]);
  };
});

/** The extents of a transposed convolution's output. */
function deconvolved({ build, strides, pad }: Parts, x: tf.Tensor, kernel: tf.Tensor): number[] {
  const space = x.shape.slice(1, -1);
  const more = outputPadding(build.config, space.length);
  return space.map(
    (length, axis) =>
      deconvLength(length, kernel.shape[axis] ?? 1, strides[axis] ?? 1, pad, more?.[axis]) ?? 1,
  );
}

export const conv1dTranspose = convolution(1, (parts) => {
  const { build, strides, pad } = parts;
  const kernel = build.need("kernel");
  return (x) => {
    const [width = 1] = deconvolved(parts, x, kernel);
    const shape: [number, number, number, number] = [x.shape[0] ?? 1, 1, width, kernel.shape[1] ?? 1];
    return biased(asSequence(tf.conv2dTranspose(asRow(x), taps(kernel), shape, [1, strides[0]], pad)), parts);
  };
});

export const conv2dTranspose = convolution(2, (parts) => {
  const { build, strides, pad } = parts;
  const kernel = rank4(build.need("kernel"));
  return (x) => {
    const [height = 1, width = 1] = deconvolved(parts, x, kernel);
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
    const [depth = 1, height = 1, width = 1] = deconvolved(parts, x, kernel);
    const shape: Shape5 = [rank5(x).shape[0], depth, height, width, kernel.shape[3]];
    return biased(transposed3d(rank5(x), kernel, shape, strides, pad), parts);
  };
});
