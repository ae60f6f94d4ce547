import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import { activation, number } from "../config.js";
import { constantOf } from "../constant.js";
import { only, passMask, unary, type Builder } from "../pass.js";

/** Activation, ReLU, LeakyReLU, ELU, PReLU, ThresholdedReLU and Softmax as layers of their own. */

export const activationLayer: Builder = (build) => {
  const act = activationOf(
    activation({ path: build.layer.path, values: build.layer.config }),
    build.ops,
    build.layer.path,
  );
  return unary((x, context) => (context.logits ? x : act(x)), true);
};

export const relu: Builder = (build) => {
  const max = number({ path: build.layer.path, values: build.layer.config }, "max_value", Infinity);
  return unary((x) => {
    if (max === 6) return build.ops.relu6(x);
    const y = build.ops.relu(x);
    return max === Infinity ? y : tf.clipByValue(y, 0, max);
  }, true);
};

export const leakyRelu: Builder = (build) => {
  const alpha = number({ path: build.layer.path, values: build.layer.config }, "alpha", 0.3);
  return unary((x) => tf.leakyRelu(x, alpha));
};

/** tfjs-layers has no other `alpha` than 1 and takes no notice of the field. */
export const elu: Builder = () => unary((x) => tf.elu(x));

export const prelu: Builder = (build) => {
  const alpha = build.need("alpha");
  return unary((x) => tf.prelu(x, alpha), true);
};

export const thresholdedRelu: Builder = (build) => {
  const theta = number({ path: build.layer.path, values: build.layer.config }, "theta", 1);
  return unary((x) =>
    tf.mul(
      x,
      constantOf(x, (v) => tf.cast(tf.greater(v, theta), "float32")),
    ),
  );
};

/** Masked positions get −10⁹ before the soft-max, which makes their share 0. */
export const softmax: Builder = () => ({
  run: (context) => {
    const x = only(context);
    if (context.logits) return [x];
    const mask = context.masks[0];
    if (!mask) return [tf.softmax(x)];
    return [tf.softmax(tf.add(x, tf.mul(tf.sub(1, tf.cast(mask, "float32")), -1e9)))];
  },
});

/** Layers that do nothing outside of stock's training arguments. */
export const identity: Builder = () => ({ run: (context) => [only(context)], mask: passMask });
