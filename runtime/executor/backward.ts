import { tf } from "../backend/tf.js";
import { refuse } from "./problems.js";

export interface Backward {
  readonly value: tf.Scalar;
  /** Null where the loss does not depend on the variable. */
  readonly grads: readonly (tf.Tensor | null)[];
}

/** Value and gradients of `forward`; an op that TensorFlow.js cannot differentiate is refused by name. */
export function backward(forward: () => tf.Scalar, variables: tf.Variable[]): Backward {
  try {
    return tf.engine().gradients(forward, variables, undefined, true);
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    const kernel = /gradient function not found for (\w+)/.exec(text)?.[1];
    if (kernel === undefined) throw error;
    return refuse(
      "P5153",
      `the network cannot be trained: TensorFlow.js has no gradient for the kernel ${kernel}`,
      undefined,
      ["a layer in front of it has weights, whose gradient would have to pass through it"],
    );
  }
}
