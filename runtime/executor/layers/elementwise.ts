import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import { constantOf } from "../gradients.js";
import { axes } from "../../../core/network/config.js";
import { number, numbers, only, unary, type Builder } from "../pass.js";

/** Layers that act on values: activation functions as layers of their own, Masking, Rescaling. */

export const activationLayer: Builder = (build) => {
  const act = activationOf(build);
  return unary((x, context) => (context.logits ? x : act(x)), true);
};

export const relu: Builder = (build) => {
  const max = number(build.config, "max_value", Infinity);
  const slope = number(build.config, "negative_slope", 0);
  const threshold = number(build.config, "threshold", 0);
  if (slope !== 0 || threshold !== 0) {
    return unary((x) => {
      const above = indicator(x, (v) => tf.greater(v, threshold));
      const below = tf.mul(tf.minimum(tf.sub(x, threshold), 0), slope);
      const y = tf.add(tf.mul(x, above), below);
      return max === Infinity ? y : tf.minimum(y, max);
    }, true);
  }
  return unary((x) => {
    if (max === 6) return build.ops.relu6(x);
    const y = build.ops.relu(x);
    return max === Infinity ? y : tf.clipByValue(y, 0, max);
  }, true);
};

export const leakyRelu: Builder = (build) => {
  const alpha = number(build.config, "alpha", 0.3);
  return unary((x) => tf.leakyRelu(x, alpha));
};

export const elu: Builder = (build) => {
  const alpha = number(build.config, "alpha", 1);
  if (alpha === 1) return unary((x) => tf.elu(x));
  return unary((x) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)));
};

export const prelu: Builder = (build) => {
  const alpha = build.need("alpha");
  return unary((x) => tf.prelu(x, alpha), true);
};

/** 1 where a test holds, else 0, as a constant. */
function indicator(x: tf.Tensor, test: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return constantOf(x, (v) => tf.cast(test(v), "float32"));
}

export const thresholdedRelu: Builder = (build) => {
  const theta = number(build.config, "theta", 1);
  return unary((x) =>
    tf.mul(
      x,
      indicator(x, (v) => tf.greater(v, theta)),
    ),
  );
};

/** Masked positions get −10⁹ before the soft-max, which makes their share 0. */
export const softmax: Builder = ({ config }) =>
  unary((x, context) => {
    if (context.logits) return x;
    const mask = context.masks[0];
    const seen = mask ? tf.add(x, tf.mul(tf.sub(1, tf.cast(mask, "float32")), -1e9)) : x;
    const over = [...axes(config, "axis", x.rank, -1)];
    if (over.length === 1 && over[0] === x.rank - 1) return tf.softmax(seen);
    return tf.exp(tf.sub(seen, tf.logSumExp(seen, over, true)));
  });

/** Layers that do nothing outside of stock's training arguments. */
export const identity: Builder = () => unary((x) => x, true);

/** Masking: steps whose features all equal `mask_value` are zeroed and masked. */
export const masking: Builder = (build) => {
  const value = number(build.config, "mask_value", 0);
  const isKept = (x: tf.Tensor, keepDims: boolean): tf.Tensor => tf.any(tf.notEqual(x, value), -1, keepDims);
  return {
    ...unary((x) =>
      tf.mul(
        x,
        indicator(x, (v) => isKept(v, true)),
      ),
    ),
    mask: (context) => [constantOf(only(context), (v) => isKept(v, false))],
  };
};

export const layerScale: Builder = (build) => {
  const gamma = build.need("gamma");
  return unary((x) => tf.mul(x, gamma), true);
};

export const rescaling: Builder = ({ config }) => {
  const scale = numbers(config, "scale", 1);
  const offset = numbers(config, "offset", 0);
  return unary((x) => tf.add(tf.mul(x, scale), offset), true);
};
