import { tf } from "../tf.js";
import type { FusedOps, Refusal } from "../types.js";
import { EXPECTED } from "./expected.js";

/** One training kernel on a small input whose result is known. */
export interface Probe {
  readonly kernel: string;
  /** Layers that stand or fall with it. */
  readonly classNames: readonly string[];
  readonly pass: Refusal["pass"];
  compute(ops: FusedOps): tf.Tensor;
  readonly expected: readonly number[];
}

/** Positive and negative quarters in a fixed order; `shift` makes another one. */
function ramp<R extends tf.Rank>(shape: tf.ShapeMap[R], shift = 0): tf.Tensor<R> {
  const size = shape.reduce((a: number, b: number) => a * b, 1);
  return tf.tensor<R>(
    Float32Array.from({ length: size }, (_, i) => (((i + shift) * 7) % 23) / 4 - 3),
    shape,
  );
}

const images = (height = 4): tf.Tensor4D => ramp<tf.Rank.R4>([2, height, 4, 2]);

/** Gradient of f weighted by a ramp. */
function gradient<T extends tf.Tensor>(f: (t: T) => tf.Tensor, at: T): tf.Tensor {
  return tf.grad((t) => {
    const y = f(t as T);
    return tf.sum(tf.mul(y, tf.reshape(ramp<tf.Rank.R1>([y.size], 3), y.shape)));
  })(at);
}

const DENSE = ["Dense", "LSTM", "GRU", "SimpleRNN"];
const CONVOLUTIONS = ["Conv1D", "Conv2D", "Conv2DTranspose", "SeparableConv2D", "ConvLSTM2D"];
const DEPTHWISE = ["DepthwiseConv2D", "SeparableConv2D"];

const filter = (): tf.Tensor4D => ramp<tf.Rank.R4>([3, 3, 2, 2], 1);
const depthwiseFilter = (): tf.Tensor4D => ramp<tf.Rank.R4>([2, 3, 2, 2], 1);
const filter3d = (): tf.Tensor5D => ramp<tf.Rank.R5>([2, 2, 2, 1, 2], 1);
const volume = (): tf.Tensor5D => ramp<tf.Rank.R5>([2, 3, 3, 2, 1]);

function convolve(ops: FusedOps, x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor {
  return ops.conv2d(x, kernel, null, [2, 2], "same", [1, 1]);
}
function convolveDepthwise(ops: FusedOps, x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor {
  return ops.depthwiseConv2d(x, kernel, null, [1, 1], "same", [1, 1]);
}

interface Computation extends Pick<Probe, "classNames" | "compute"> {
  /** Default: `training`. */
  readonly pass?: Probe["pass"];
}

/** By kernel. */
const computations: Readonly<Record<string, Computation>> = {
  Conv2DBackpropFilter: {
    classNames: CONVOLUTIONS,
    compute: (ops) => gradient((k) => convolve(ops, images(), k), filter()),
  },
  Conv2DBackpropInput: {
    classNames: CONVOLUTIONS,
    compute: (ops) => gradient((x) => convolve(ops, x, filter()), images()),
  },
  DepthwiseConv2dNativeBackpropFilter: {
    classNames: DEPTHWISE,
    compute: (ops) => gradient((k) => convolveDepthwise(ops, images(), k), depthwiseFilter()),
  },
  DepthwiseConv2dNativeBackpropInput: {
    classNames: DEPTHWISE,
    compute: (ops) => gradient((x) => convolveDepthwise(ops, x, depthwiseFilter()), images()),
  },
  MaxPoolGrad: {
    classNames: ["MaxPooling1D", "MaxPooling2D"],
    // All values negative: a search that starts at 0 finds none.
    compute: () => gradient((x) => tf.maxPool(x, 2, 2, "valid"), tf.sub<tf.Tensor4D>(images(), 4)),
  },
  AvgPoolGrad: {
    classNames: ["AveragePooling1D", "AveragePooling2D"],
    compute: () => gradient((x) => tf.avgPool(x, 3, 2, "same"), images()),
  },
  BatchMatMul: {
    classNames: DENSE,
    pass: "any",
    compute: (ops) => ops.dense(ramp<tf.Rank.R2>([4, 3]), ramp<tf.Rank.R2>([3, 2], 1), ramp<tf.Rank.R1>([2])),
  },
  "BatchMatMul, left factor transposed": {
    classNames: DENSE,
    compute: () => tf.matMul(ramp<tf.Rank.R3>([2, 3, 2]), ramp<tf.Rank.R3>([2, 3, 4], 1), true, false),
  },
  "BatchMatMul, right factor transposed": {
    classNames: DENSE,
    compute: () => tf.matMul(ramp<tf.Rank.R2>([3, 2]), ramp<tf.Rank.R2>([4, 2], 1), false, true),
  },
  BatchNormalization: {
    classNames: ["BatchNormalization"],
    compute: (ops) => {
      const [gamma, beta] = [ramp<tf.Rank.R1>([2], 1), ramp<tf.Rank.R1>([2])];
      return gradient((x) => ops.batchNormTrain(x, gamma, beta, 0.25).y, images());
    },
  },
  SoftmaxCrossEntropy: {
    classNames: ["Dense", "Conv2D", "Activation", "Softmax"],
    compute: (ops) => {
      const labels = tf.tensor1d([2, 0, 3], "int32");
      const loss = (t: tf.Tensor): tf.Scalar => ops.softmaxCrossEntropySparse(t as tf.Tensor2D, labels);
      return tf.grad(loss)(ramp<tf.Rank.R2>([3, 4]));
    },
  },
  Relu: {
    classNames: ["Activation", "ReLU"],
    compute: (ops) => gradient((x) => ops.relu(x), images()),
  },
  Sum: {
    classNames: [...CONVOLUTIONS, ...DENSE],
    compute: () => tf.sum(ramp<tf.Rank.R3>([23, 8, 2]), [0, 1]),
  },
  GlobalAveragePool: {
    classNames: ["GlobalAveragePooling1D", "GlobalAveragePooling2D"],
    compute: (ops) => gradient((x) => ops.globalAveragePool(x), images(3)),
  },
  UnsortedSegmentSum: {
    classNames: ["Embedding"],
    compute: () => tf.unsortedSegmentSum(ramp<tf.Rank.R2>([5, 2]), tf.tensor1d([1, 0, 1, 3, 1], "int32"), 4),
  },
  ResizeNearestNeighborGrad: {
    classNames: ["UpSampling2D"],
    compute: () => gradient((x) => tf.image.resizeNearestNeighbor(x, [4, 6]), ramp<tf.Rank.R4>([2, 2, 2, 2])),
  },
  Conv3DBackpropFilterV2: {
    classNames: ["Conv3D"],
    compute: () => gradient((k) => tf.conv3d(volume(), k, 2, "same"), filter3d()),
  },
  Conv3DBackpropInputV2: {
    classNames: ["Conv3D"],
    compute: () => gradient((x) => tf.conv3d(x, filter3d(), 2, "same"), volume()),
  },
  MaxPool3DGrad: {
    classNames: ["MaxPooling3D"],
    pass: "any",
    compute: () => {
      const x = tf.sub<tf.Tensor5D>(ramp<tf.Rank.R5>([1, 2, 2, 4, 2]), 4);
      return gradient((t) => tf.maxPool3d(t, 2, 2, "valid"), x);
    },
  },
};

export const probes: readonly Probe[] = Object.entries(computations).map(([kernel, computation]) => ({
  kernel,
  pass: "training",
  ...computation,
  expected: EXPECTED[kernel] ?? [],
}));
