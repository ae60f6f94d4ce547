import { tf } from "../../backend/tf.js";

export interface Unrolling {
  /** Projected inputs, steps on axis 1. */
  readonly z: tf.Tensor;
  /** [n, steps] or [n, steps, …]; steps that are masked repeat the state before. */
  readonly mask: tf.Tensor | null;
  readonly initial: readonly tf.Tensor[];
  readonly backwards: boolean;
  /** Whether all outputs are wanted, or the last alone. */
  readonly sequences: boolean;
  /** States after a step; the first is the output. */
  step(z: tf.Tensor, states: readonly tf.Tensor[]): readonly tf.Tensor[];
}

/** Runs a recurrence over the steps of a sequence. */
export function unroll(u: Unrolling): { readonly output: tf.Tensor; readonly states: readonly tf.Tensor[] } {
  // Copies: the tape keeps the arrays that `unstack` gives.
  const inOrder = (list: readonly tf.Tensor[]): readonly tf.Tensor[] =>
    u.backwards ? [...list].reverse() : list;
  const inputs = inOrder(tf.unstack(u.z, 1));
  const masks = u.mask ? inOrder(tf.unstack(tf.cast(u.mask, "float32"), 1)) : null;
  const outputs: tf.Tensor[] = [];
  let states = u.initial;
  inputs.forEach((z, t) => {
    const next = u.step(z, states);
    const mask = masks?.[t];
    states = mask ? next.map((state, i) => choose(mask, state, states[i] ?? state)) : next;
    const [output] = states;
    if (output && u.sequences) outputs.push(output);
  });
  const [last] = states;
  if (!last) throw new Error("a recurrence without states");
  return { output: u.sequences ? tf.stack(outputs, 1) : last, states };
}

function choose(mask: tf.Tensor, after: tf.Tensor, before: tf.Tensor): tf.Tensor {
  const m = tf.reshape(mask, [mask.shape[0] ?? 1, ...new Array<number>(after.rank - 1).fill(1)]);
  return tf.add(tf.mul(after, m), tf.mul(before, tf.sub(1, m)));
}
