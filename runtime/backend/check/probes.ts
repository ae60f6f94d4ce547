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

type Images = tf.Tensor4D;
const images = (height = 4, channels = 2): Images => ramp<tf.Rank.R4>([2, height, 4, channels]);

/** Gradient by the first input of f weighted by a ramp; flat. */
function gradient(f: (t: tf.Tensor) => tf.Tensor, at: tf.Tensor): tf.Tensor {
  return tf.grad((t) => {
    const y = f(t);
    return tf.sum(tf.mul(y, tf.reshape(ramp<tf.Rank.R1>([y.size], 3), y.shape)));
  })(at);
}

const asImages = (t: tf.Tensor, like: Images): Images => tf.reshape<tf.Rank.R4>(t, like.shape);
const DENSE = ["Dense", "LSTM", "GRU", "SimpleRNN"] as const;
const CONVOLUTIONS = ["Conv1D", "Conv2D", "Conv2DTranspose", "SeparableConv2D", "ConvLSTM2D"] as const;

const computations: readonly Omit<Probe, "expected">[] = [
  {
    kernel: "Conv2DBackpropFilter",
    classNames: CONVOLUTIONS,
    pass: "training",
    compute: (ops) => {
      const kernel = ramp<tf.Rank.R4>([3, 3, 2, 2], 1);
      return gradient((k) => ops.conv2d(images(), asImages(k, kernel), null, [2, 2], "same", [1, 1]), kernel);
    },
  },
  {
    kernel: "Conv2DBackpropInput",
    classNames: CONVOLUTIONS,
    pass: "training",
    compute: (ops) => {
      const kernel = ramp<tf.Rank.R4>([3, 3, 2, 2], 1);
      return gradient(
        (x) => ops.conv2d(asImages(x, images()), kernel, null, [2, 2], "same", [1, 1]),
        images(),
      );
    },
  },
  {
    kernel: "DepthwiseConv2dNativeBackpropFilter",
    classNames: ["DepthwiseConv2D", "SeparableConv2D"],
    pass: "training",
    compute: (ops) => {
      const kernel = ramp<tf.Rank.R4>([2, 3, 2, 2], 1);
      return gradient(
        (k) => ops.depthwiseConv2d(images(), asImages(k, kernel), null, [1, 1], "same", [1, 1]),
        kernel,
      );
    },
  },
  {
    kernel: "DepthwiseConv2dNativeBackpropInput",
    classNames: ["DepthwiseConv2D", "SeparableConv2D"],
    pass: "training",
    compute: (ops) => {
      const kernel = ramp<tf.Rank.R4>([2, 3, 2, 2], 1);
      return gradient(
        (x) => ops.depthwiseConv2d(asImages(x, images()), kernel, null, [1, 1], "same", [1, 1]),
        images(),
      );
    },
  },
  {
    kernel: "MaxPoolGrad",
    classNames: ["MaxPooling1D", "MaxPooling2D"],
    pass: "training",
    // All values negative: a search that starts at 0 finds none.
    compute: () => gradient((x) => tf.maxPool(asImages(x, images()), 2, 2, "valid"), tf.sub(images(), 4)),
  },
  {
    kernel: "AvgPoolGrad",
    classNames: ["AveragePooling1D", "AveragePooling2D"],
    pass: "training",
    compute: () => gradient((x) => tf.avgPool(asImages(x, images()), 3, 2, "same"), images()),
  },
  {
    kernel: "BatchMatMul",
    classNames: DENSE,
    pass: "any",
    compute: (ops) => {
      const kernel = ramp<tf.Rank.R2>([3, 2], 1);
      const bias = ramp<tf.Rank.R1>([2]);
      return ops.dense(ramp<tf.Rank.R2>([4, 3]), kernel, bias);
    },
  },
  {
    kernel: "BatchMatMul, left factor transposed",
    classNames: DENSE,
    pass: "training",
    compute: () => tf.matMul(ramp<tf.Rank.R3>([2, 3, 2]), ramp<tf.Rank.R3>([2, 3, 4], 1), true, false),
  },
  {
    kernel: "BatchMatMul, right factor transposed",
    classNames: DENSE,
    pass: "training",
    compute: () => tf.matMul(ramp<tf.Rank.R2>([3, 2]), ramp<tf.Rank.R2>([4, 2], 1), false, true),
  },
  {
    kernel: "BatchNormalization",
    classNames: ["BatchNormalization"],
    pass: "training",
    compute: (ops) => {
      const x = images();
      const gamma = ramp<tf.Rank.R1>([2], 1);
      return gradient((t) => ops.batchNormTrain(asImages(t, x), gamma, ramp<tf.Rank.R1>([2]), 0.25).y, x);
    },
  },
  {
    kernel: "SoftmaxCrossEntropy",
    classNames: ["Dense", "Conv2D", "Activation", "Softmax"],
    pass: "training",
    compute: (ops) => {
      const logits = ramp<tf.Rank.R2>([3, 4]);
      const labels = tf.tensor1d([2, 0, 3], "int32");
      return tf.grad((t) => ops.softmaxCrossEntropySparse(tf.reshape<tf.Rank.R2>(t, [3, 4]), labels))(logits);
    },
  },
  {
    kernel: "Relu",
    classNames: ["Activation", "ReLU"],
    pass: "training",
    compute: (ops) => gradient((x) => ops.relu(x), images()),
  },
  {
    kernel: "Sum",
    classNames: [...CONVOLUTIONS, ...DENSE],
    pass: "training",
    compute: () => tf.sum(ramp<tf.Rank.R3>([23, 8, 2]), [0, 1]),
  },
  {
    kernel: "GlobalAveragePool",
    classNames: ["GlobalAveragePooling1D", "GlobalAveragePooling2D"],
    pass: "training",
    compute: (ops) => gradient((x) => ops.globalAveragePool(asImages(x, images(3))), images(3)),
  },
  {
    kernel: "UnsortedSegmentSum",
    classNames: ["Embedding"],
    pass: "training",
    compute: () => tf.unsortedSegmentSum(ramp<tf.Rank.R2>([5, 2]), tf.tensor1d([1, 0, 1, 3, 1], "int32"), 4),
  },
  {
    kernel: "ResizeNearestNeighborGrad",
    classNames: ["UpSampling2D"],
    pass: "training",
    compute: () =>
      gradient(
        (x) => tf.image.resizeNearestNeighbor(tf.reshape<tf.Rank.R4>(x, [2, 2, 2, 2]), [4, 6]),
        ramp<tf.Rank.R4>([2, 2, 2, 2]),
      ),
  },
  {
    kernel: "Conv3DBackpropFilterV2",
    classNames: ["Conv3D"],
    pass: "training",
    compute: () => {
      const x = ramp<tf.Rank.R5>([2, 3, 3, 2, 1]);
      return gradient(
        (k) => tf.conv3d(x, tf.reshape<tf.Rank.R5>(k, [2, 2, 2, 1, 2]), 2, "same"),
        ramp<tf.Rank.R5>([2, 2, 2, 1, 2], 1),
      );
    },
  },
  {
    kernel: "Conv3DBackpropInputV2",
    classNames: ["Conv3D"],
    pass: "training",
    compute: () => {
      const kernel = ramp<tf.Rank.R5>([2, 2, 2, 1, 2], 1);
      const shape = [2, 3, 3, 2, 1] as const;
      return gradient(
        (x) => tf.conv3d(tf.reshape<tf.Rank.R5>(x, [...shape]), kernel, 2, "same"),
        ramp<tf.Rank.R5>([...shape]),
      );
    },
  },
  {
    kernel: "MaxPool3DGrad",
    classNames: ["MaxPooling3D"],
    pass: "any",
    compute: () => {
      const x = tf.sub(ramp<tf.Rank.R5>([1, 2, 2, 4, 2]), 4);
      return gradient((t) => tf.maxPool3d(tf.reshape<tf.Rank.R5>(t, [1, 2, 2, 4, 2]), 2, 2, "valid"), x);
    },
  },
];

export const probes: readonly Probe[] = computations.map((probe) => ({
  ...probe,
  expected: EXPECTED[probe.kernel] ?? [],
}));
