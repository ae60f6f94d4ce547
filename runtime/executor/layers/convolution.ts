import type { Pair, Padding } from "../../backend/types.js";
import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import { choice, sizes, type Config } from "../../../core/network/config.js";
import { only, unary, type Build, type Builder, type CallContext, type Runner } from "../pass.js";
import { rank1, rank3, rank4, rank5 } from "../ranks.js";

/** Conv1D, Conv2D, Conv3D, Conv2DTranspose, Conv3DTranspose, DepthwiseConv2D, SeparableConv2D; channels last. */

interface Geometry {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pad: Padding;
}

function geometry(config: Config, rank: number): Geometry {
  return {
    strides: sizes(config, "strides", rank, 1),
    dilations: sizes(config, "dilation_rate", rank, 1),
    pad: choice(config, "padding", ["valid", "same"], "valid"),
  };
}

function pair(list: readonly number[]): Pair {
  return [list[0] ?? 1, list[1] ?? 1];
}

function triple(list: readonly number[]): [number, number, number] {
  return [list[0] ?? 1, list[1] ?? 1, list[2] ?? 1];
}

function bias(build: Build): tf.Tensor1D | null {
  const variable = build.weight("bias");
  return variable ? rank1(variable) : null;
}

/** The convolution, then the activation unless the loss takes logits. */
function activated(build: Build, body: (x: tf.Tensor) => tf.Tensor): Runner {
  const act = activationOf(build);
  return unary((x, context) => (context.logits ? body(x) : act(body(x))));
}

export const conv1d: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 1);
  const kernel = build.need("kernel");
  return activated(build, (x) => {
    const [n, w, c] = rank3(x).shape;
    const [k = 1, inputs = 1, outputs = 1] = kernel.shape;
    const y = build.ops.conv2d(
      tf.reshape(x, [n, 1, w, c]),
      tf.reshape(kernel, [1, k, inputs, outputs]),
      bias(build),
      [1, g.strides[0] ?? 1],
      g.pad,
      [1, g.dilations[0] ?? 1],
    );
    return tf.reshape(y, [n, y.shape[2], outputs]);
  });
};

export const conv2d: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 2);
  const kernel = rank4(build.need("kernel"));
  return activated(build, (x) =>
    build.ops.conv2d(rank4(x), kernel, bias(build), pair(g.strides), g.pad, pair(g.dilations)),
  );
};

export const conv3d: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 3);
  const kernel = rank5(build.need("kernel"));
  return activated(build, (x) => {
    const y = tf.conv3d(rank5(x), kernel, triple(g.strides), g.pad, "NDHWC", triple(g.dilations));
    const b = bias(build);
    return b ? build.ops.biasAdd(y, b) : y;
  });
};

/** Length of a transposed convolution's output, as tfjs-layers counts it. */
function deconvolved(length: number, stride: number, kernel: number, pad: Padding): number {
  return pad === "valid" ? length * stride + Math.max(kernel - stride, 0) : length * stride;
}

export const conv2dTranspose: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 2);
  const kernel = rank4(build.need("kernel"));
  const [sh, sw] = pair(g.strides);
  const [kh, kw, filters] = kernel.shape;
  return activated(build, (x) => {
    const [n, h, w] = rank4(x).shape;
    const shape: [number, number, number, number] = [
      n,
      deconvolved(h, sh, kh, g.pad),
      deconvolved(w, sw, kw, g.pad),
      filters,
    ];
    const y = tf.conv2dTranspose(rank4(x), kernel, shape, [sh, sw], g.pad);
    const b = bias(build);
    return b ? build.ops.biasAdd(y, b) : y;
  });
};

type Shape5 = [number, number, number, number, number];

/** `tf.conv3dTranspose` with a gradient, which tfjs-core lacks: it is the convolution that this one transposes. */
function transposed3d(
  x: tf.Tensor5D,
  kernel: tf.Tensor5D,
  shape: Shape5,
  strides: [number, number, number],
  pad: Padding,
): tf.Tensor5D {
  const op = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, weights, save] = args;
    if (!(input instanceof tf.Tensor) || !(weights instanceof tf.Tensor) || typeof save !== "function") {
      throw new Error("customGrad lost its inputs");
    }
    save([input, weights]);
    return {
      value: tf.conv3dTranspose(rank5(input), rank5(weights), shape, strides, pad),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before = input, filter = weights] = saved;
        const filterShape = [...filter.shape];
        return [
          tf.conv3d(rank5(dy), rank5(filter), strides, pad),
          tf
            .engine()
            .runKernel<tf.Tensor>(
              "Conv3DBackpropFilterV2",
              { x: dy, dy: before },
              { strides, pad, filterShape },
            ),
        ];
      },
    };
  });
  return rank5(op(x, kernel));
}

export const conv3dTranspose: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 3);
  const kernel = rank5(build.need("kernel"));
  const strides = triple(g.strides);
  const size = (axis: number, length: number): number =>
    deconvolved(length, strides[axis] ?? 1, kernel.shape[axis] ?? 1, g.pad);
  return activated(build, (x) => {
    const [n, d, h, w] = rank5(x).shape;
    const shape: Shape5 = [n, size(0, d), size(1, h), size(2, w), kernel.shape[3]];
    const y = transposed3d(rank5(x), kernel, shape, strides, g.pad);
    const b = bias(build);
    return b ? build.ops.biasAdd(y, b) : y;
  });
};

export const depthwiseConv2d: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 2);
  const kernel = rank4(build.need("depthwise_kernel"));
  return activated(build, (x) =>
    build.ops.depthwiseConv2d(rank4(x), kernel, bias(build), pair(g.strides), g.pad, pair(g.dilations)),
  );
};

export const separableConv2d: Builder = (build) => {
  const { config } = build;
  const g = geometry(config, 2);
  const depthwise = rank4(build.need("depthwise_kernel"));
  const pointwise = rank4(build.need("pointwise_kernel"));
  const act = activationOf(build);
  return {
    run: (context: CallContext) => {
      const x = rank4(only(context));
      const spread = build.ops.depthwiseConv2d(x, depthwise, null, pair(g.strides), g.pad, pair(g.dilations));
      const y = build.ops.conv2d(spread, pointwise, bias(build), [1, 1], "valid", [1, 1]);
      return [context.logits ? y : act(y)];
    },
  };
};
