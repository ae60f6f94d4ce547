import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { Observation, Pull } from "../types.js";
import { withGradient } from "./gradients.js";
import type { Onlooker, Reader } from "./plan.js";

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
    return first && own.length > 0
      ? [pulled(first, own, node.layer, "outputs", backend), ...others]
      : outputs;
  };
}

/** The same for penalties on what layers read. */
export function pullingReader(pulls: readonly Pull[], backend: Backend): Reader | undefined {
  if (pulls.every(({ readers = [] }) => readers.length === 0)) return undefined;
  return (node, input) => {
    const own = pulls.filter(({ readers = [] }) => readers.includes(node.layer));
    return own.length > 0 ? pulled(input, own, node.layer, "inputs", backend) : input;
  };
}

function pulled(
  x: tf.Tensor,
  pulls: readonly Pull[],
  layer: number,
  side: "outputs" | "inputs",
  backend: Backend,
): tf.Tensor {
  const activation = backend.read(x);
  const slopes = pulls.map((pull) => pull.slope(layer, activation, x.shape, side));
  return withGradient(x, tf.clone, (dy) =>
    slopes.reduce((sum, slope) => tf.add(sum, tf.tensor(slope(), x.shape)), dy),
  );
}
