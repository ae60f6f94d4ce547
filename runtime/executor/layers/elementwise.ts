import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import { constantOf } from "../gradients.js";
import { number, only, unary, type Builder } from "../pass.js";

/** Layers that act on values: activation functions as layers of their own, Masking, Rescaling. */

export const activationLayer: Builder = (build) => {
  const act = activationOf(build);
  return unary((x, context) => (context.logits ? x : act(x)), true);
};

export const relu: Builder = (build) => {
  const max = number(build.config, "max_value", Infinity);
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

/** tfjs-layers has no other `alpha` than 1 and takes no notice of the field. */
export const elu: Builder = () => unary((x) => tf.elu(x));

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
export const softmax: Builder = () =>
  unary((x, context) => {
    if (context.logits) return x;
    const mask = context.masks[0];
    if (!mask) return tf.softmax(x);
    return tf.softmax(tf.add(x, tf.mul(tf.sub(1, tf.cast(mask, "float32")), -1e9)));
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

export const rescaling: Builder = (build) => {
  const scale = number(build.config, "scale", 1);
  const offset = number(build.config, "offset", 0);
  return unary((x) => tf.add(tf.mul(x, scale), offset), true);
};
