import { tf } from "../backend/tf.js";
import { raise } from "../../core/diagnostics/create.js";

export interface Backward {
  readonly value: tf.Scalar;
  /** Null where the loss does not depend on the variable. */
  readonly grads: readonly (tf.Tensor | null)[];
}

/** Value and gradients of `forward`; an op that TensorFlow.js cannot differentiate is refused by name. */
export function backward(forward: () => tf.Scalar, variables: tf.Tensor[]): Backward {
  try {
    return tf.engine().gradients(forward, variables, undefined, true);
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    const kernel = /gradient function not found for (\w+)/.exec(text)?.[1];
    if (kernel === undefined) throw error;
    return raise(
      "P5153",
      `the network cannot be trained: TensorFlow.js has no gradient for the kernel ${kernel}`,
      { notes: ["a layer in front of it has weights, whose gradient would have to pass through it"] },
    );
  }
}

/** `value(x)` with a gradient of our own: from that of the result, `dy`, to that of x. */
export function withGradient(
  x: tf.Tensor,
  value: (x: tf.Tensor) => tf.Tensor,
  gradient: (dy: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  return tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input] = args;
    if (!(input instanceof tf.Tensor)) throw new Error("customGrad called without a tensor");
    return { value: value(input), gradFunc: gradient };
  })(x);
}

/**
 * `f(x)` as a constant: no gradient flows back through it. For comparisons, which tfjs cannot differentiate and
 * whose gradient is 0 wherever it exists.
 */
export function constantOf(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return withGradient(x, f, () => tf.zeros(x.shape));
}
