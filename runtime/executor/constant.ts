import { tf } from "../backend/tf.js";

/**
 * `f(x)` as a constant: no gradient flows back through it. For comparisons, which tfjs cannot differentiate and
 * whose gradient is 0 wherever it exists.
 */
export function constantOf(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [value, save] = args;
    if (!(value instanceof tf.Tensor) || typeof save !== "function")
      throw new Error("customGrad lost its input");
    save([value]);
    return {
      value: f(value),
      gradFunc: (_: tf.Tensor, saved: tf.Tensor[]) => saved.map((t) => tf.zerosLike(t)),
    };
  })(x);
}
