import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import { attributesOf, type NativeBackend, type OpAttribute } from "./native.js";
import type { NativeKernel } from "./pack.js";

/**
 * FusedBatchNormV3 in training mode. Its second and third outputs are the batch mean and the *unbiased* variance; the
 * biased one, which we return, is among the values it reserves for its gradient.
 */
export function batchNorm(native: NativeBackend): NativeKernel {
  const attribute = attributesOf(native.binding);
  return (input, attrs) => {
    const x = input("x");
    const none = tf.tensor1d([]);
    const all = [...commonAttributes(native, attrs), attribute.number("exponential_avg_factor", 1)];
    const images = asImages(x);
    const inputs = [images, input("gamma"), input("beta"), none, none];
    const [y, mean, unbiased, ...reserved] = native.executeMultipleOutputs(
      "FusedBatchNormV3",
      all,
      inputs,
      6,
    );
    const [meanAgain, variance, reserve] = reserved;
    if (!y || !mean || !unbiased || !meanAgain || !variance || !reserve) {
      throw new Error("FusedBatchNormV3 has six outputs");
    }
    tf.dispose([none, unbiased, meanAgain, ...(images === x ? [] : [images])]);
    return [backTo(y, x), mean, variance, reserve];
  };
}

export function batchNormGrad(native: NativeBackend): NativeKernel {
  return (input, attrs) => {
    const x = input("x");
    const images = asImages(x);
    const upstream = asImages(input("dy"));
    const inputs = [upstream, images, ...["gamma", "mean", "variance", "reserve"].map(input)];
    const outputs = native.executeMultipleOutputs(
      "FusedBatchNormGradV3",
      commonAttributes(native, attrs),
      inputs,
      5,
    );
    const [dx, dGamma, dBeta, ...unused] = outputs;
    if (!dx || !dGamma || !dBeta) throw new Error("FusedBatchNormGradV3 has five outputs");
    tf.dispose(unused);
    if (images !== x) tf.dispose([images, upstream]);
    return [backTo(dx, x), dGamma, dBeta];
  };
}

function commonAttributes(native: NativeBackend, attrs: tf.NamedAttrMap): OpAttribute[] {
  const attribute = attributesOf(native.binding);
  return [
    attribute.float("T"),
    attribute.float("U"),
    attribute.number("epsilon", Number(attrs["epsilon"])),
    attribute.text("data_format", "NHWC"),
    attribute.flag("is_training", true),
  ];
}

/** The op takes rank 4 only. */
function asImages(t: tf.TensorInfo): tf.Tensor {
  if (t.shape.length === 4) return tensorOf(t);
  const channels = channelsOf(t);
  return tf.engine().runKernel<tf.Tensor>(
    "Reshape",
    { x: tensorOf(t) },
    {
      shape: [tf.util.sizeFromShape(t.shape) / channels, 1, 1, channels],
    },
  );
}

function backTo(y: tf.Tensor, x: tf.TensorInfo): tf.Tensor {
  if (x.shape.length === 4) return y;
  const result = tf.engine().runKernel<tf.Tensor>("Reshape", { x: y }, { shape: x.shape });
  y.dispose();
  return result;
}

/** The engine hands tensors to kernels under the type of their description. */
function tensorOf(t: tf.TensorInfo): tf.Tensor {
  if (!(t instanceof tf.Tensor)) throw new Error("kernels are given tensors");
  return t;
}
