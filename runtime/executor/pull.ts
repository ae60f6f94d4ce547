import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { Pull } from "../types.js";
import type { Onlooker } from "./plan.js";

/** The identity, which adds a slope to the gradient that flows back through it. */
function pulled(x: tf.Tensor, slope: Float32Array): tf.Tensor {
  return tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [value] = args;
    if (!(value instanceof tf.Tensor)) throw new Error("customGrad called without a tensor");
    return {
      value: tf.clone(value),
      gradFunc: (dy: tf.Tensor) => tf.add(dy, tf.tensor(slope, value.shape)),
    };
  })(x);
}

/** Lets penalties on activations pull on the layers they are about. */
export function pullingOnlooker(pulls: readonly Pull[], backend: Backend): Onlooker {
  return (node, outputs) => {
    const [first, ...others] = outputs;
    const own = pulls.filter(({ layers }) => layers.includes(node.layer));
    if (!first || own.length === 0) return outputs;
    const activation = backend.read(first);
    const slopes = own.flatMap((pull) => pull.slope(node.layer, activation, first.shape) ?? []);
    return [slopes.reduce(pulled, first), ...others];
  };
}
