import { kernel, type Kernels } from "../device.js";
import { BATCH_NORM, BATCH_NORM_GRAD } from "../ops/kernels.js";
import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import { attributesOf, type NativeBackend, type OpAttribute, type Tensors } from "./native.js";

interface Attrs {
  readonly epsilon: number;
}

/**
 * FusedBatchNormV3 in training mode. Its second and third outputs are the batch mean and the *unbiased* variance; the
 * biased one, which we return, is among the values it reserves for its gradient.
 */
const batchNorm = kernel<Tensors<"x" | "gamma" | "beta">, Attrs, NativeBackend>(
  ({ x, gamma, beta }, attrs, native) =>
    tf.tidy(() => {
      const none = tf.tensor1d([]);
      const average = attributesOf(native.binding).number("exponential_avg_factor", 1);
      const [y, mean, , , variance, reserve] = native.executeMultipleOutputs(
        "FusedBatchNormV3",
        [...commonAttributes(native, attrs), average],
        [asImages(x), gamma, beta, none, none],
        6,
      );
      if (!y || !mean || !variance || !reserve) throw new Error("FusedBatchNormV3 has six outputs");
      return [backTo(y, x), mean, variance, reserve];
    }),
);

const batchNormGrad = kernel<
  Tensors<"dy" | "x" | "gamma" | "mean" | "variance" | "reserve">,
  Attrs,
  NativeBackend
>(({ dy, x, gamma, mean, variance, reserve }, attrs, native) =>
  tf.tidy(() => {
    const [dx, dGamma, dBeta] = native.executeMultipleOutputs(
      "FusedBatchNormGradV3",
      commonAttributes(native, attrs),
      [asImages(dy), asImages(x), gamma, mean, variance, reserve],
      5,
    );
    if (!dx || !dGamma || !dBeta) throw new Error("FusedBatchNormGradV3 has five outputs");
    return [backTo(dx, x), dGamma, dBeta];
  }),
);

function commonAttributes(native: NativeBackend, { epsilon }: Attrs): OpAttribute[] {
  const attribute = attributesOf(native.binding);
  return [
    attribute.float("T"),
    attribute.float("U"),
    attribute.number("epsilon", epsilon),
    attribute.text("data_format", "NHWC"),
    attribute.flag("is_training", true),
  ];
}

/** The op takes rank 4 only. */
function asImages(t: tf.Tensor): tf.Tensor {
  if (t.rank === 4) return t;
  const channels = channelsOf(t);
  return tf.reshape(t, [t.size / channels, 1, 1, channels]);
}

function backTo(y: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? y : tf.reshape(y, x.shape);
}

export const batchNormalization: Kernels<NativeBackend> = {
  [BATCH_NORM]: batchNorm,
  [BATCH_NORM_GRAD]: batchNormGrad,
};
