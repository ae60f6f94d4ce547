import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { Observation, Pull } from "../types.js";
import { withGradient } from "./gradients.js";
import type { Onlooker } from "./plan.js";

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
    const watched = withGradient(first, tf.clone, (dy) => {
      onGradient(node.layer, node.index, backend.read(dy), first.shape);
      return dy;
    });
    return [watched, ...others];
  };
}

/** Lets penalties on activations pull on the layers they are about: their slopes are added to the gradients that flow back. */
export function pullingOnlooker(pulls: readonly Pull[], backend: Backend): Onlooker {
  return (node, outputs) => {
    const [first, ...others] = outputs;
    const own = pulls.filter(({ layers }) => layers.includes(node.layer));
    if (!first || own.length === 0) return outputs;
    const activation = backend.read(first);
    const slopes = own.flatMap((pull) => pull.slope(node.layer, activation, first.shape) ?? []);
    const pulled = (x: tf.Tensor, slope: Float32Array): tf.Tensor =>
      withGradient(x, tf.clone, (dy) => tf.add(dy, tf.tensor(slope, x.shape)));
    return [slopes.reduce(pulled, first), ...others];
  };
}
