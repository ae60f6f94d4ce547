import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { Observation } from "../types.js";
import type { Onlooker } from "./plan.js";

/** The identity, which shows the gradient that flows back through it. */
function watched(x: tf.Tensor, show: (gradient: tf.Tensor) => void): tf.Tensor {
  return tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [value] = args;
    if (!(value instanceof tf.Tensor)) throw new Error("customGrad called without a tensor");
    return {
      value: tf.clone(value),
      gradFunc: (dy: tf.Tensor) => {
        show(dy);
        return dy;
      },
    };
  })(x);
}

/** Shows activations, inputs and (where a tape records) gradients of the layers asked for. */
export function onlookerOf(observe: Observation, backend: Backend, taped: boolean): Onlooker {
  const layers = new Set(observe.layers);
  return (node, outputs, input) => {
    const [first, ...others] = outputs;
    if (!first || !layers.has(node.layer)) return outputs;
    observe.onActivation?.(
      node.layer,
      node.index,
      backend.read(first),
      first.shape,
      backend.read(input),
      input.shape,
    );
    const onGradient = observe.onGradient;
    if (!taped || !onGradient) return outputs;
    return [
      watched(first, (dy) => onGradient(node.layer, node.index, backend.read(dy), first.shape)),
      ...others,
    ];
  };
}
