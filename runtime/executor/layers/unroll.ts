import { flag, type Config } from "../../../core/network/config.js";
import { tf } from "../../backend/tf.js";
import type { CallContext, Runner } from "../pass.js";

export interface Unrolling {
  /** Projected inputs, steps on axis 1. */
  readonly z: tf.Tensor;
  /** [n, steps] or [n, steps, …]; steps that are masked repeat the state before. */
  readonly mask: tf.Tensor | null;
  readonly initial: readonly tf.Tensor[];
  readonly backwards: boolean;
  /** Whether all outputs are wanted, or the last alone. */
  readonly sequences: boolean;
  /** Whether a masked step gives zeros instead, while its states go on (`zero_output_for_mask`). */
  readonly zeros: boolean;
  /** States after a step; the first is the output. */
  step(z: tf.Tensor, states: readonly tf.Tensor[]): readonly tf.Tensor[];
}

/** What a recurrence gives: its output or outputs, then the last states. */
export interface Unrolled {
  readonly output: tf.Tensor;
  readonly states: readonly tf.Tensor[];
}

/** A recurrent layer: its first input is the sequence, further ones are initial states. */
export function recurrentRunner(
  config: Config,
  sweep: (context: CallContext, x: tf.Tensor, initial: readonly tf.Tensor[]) => Unrolled,
): Runner {
  const withStates = flag(config, "return_state", false);
  const sequences = flag(config, "return_sequences", false);
  return {
    run: (context) => {
      const [x, ...initial] = context.inputs;
      if (!x) throw new Error("a recurrent layer was called without inputs");
      const { output, states } = sweep(context, x, initial);
      return withStates ? [output, ...states] : [output];
    },
    mask: (context) => [sequences ? (context.masks[0] ?? null) : null],
  };
}

/** States of an LSTM after a step (Hochreiter and Schmidhuber 1997), from the sums at its gates side by side on `axis`. */
export function lstmStep(
  sums: tf.Tensor,
  axis: number,
  carry: tf.Tensor | undefined,
  act: (x: tf.Tensor) => tf.Tensor,
  gate: (x: tf.Tensor) => tf.Tensor,
): readonly tf.Tensor[] {
  const [i, f, g, o] = tf.split(sums, 4, axis);
  if (!i || !f || !g || !o || !carry) throw new Error("an LSTM misses a state or a gate");
  const next = tf.add(tf.mul(gate(f), carry), tf.mul(gate(i), act(g)));
  return [tf.mul(gate(o), act(next)), next];
}

/** Runs a recurrence over the steps of a sequence. */
export function unroll(u: Unrolling): Unrolled {
  // Copies: the tape keeps the arrays that `unstack` gives.
  const inOrder = (list: readonly tf.Tensor[]): readonly tf.Tensor[] =>
    u.backwards ? [...list].reverse() : list;
  const inputs = inOrder(tf.unstack(u.z, 1));
  const masks = u.mask ? inOrder(tf.unstack(tf.cast(u.mask, "float32"), 1)) : null;
  const outputs: tf.Tensor[] = [];
  let states = u.initial;
  let [last] = states;
  inputs.forEach((z, t) => {
    const next = u.step(z, states);
    const mask = masks?.[t];
    states = mask ? next.map((state, i) => choose(mask, state, states[i] ?? state)) : next;
    const [output] = states;
    if (output) last = mask && u.zeros ? choose(mask, output, tf.zerosLike(output)) : output;
    if (last && u.sequences) outputs.push(last);
  });
  if (!last) throw new Error("a recurrence without states");
  return { output: u.sequences ? tf.stack(outputs, 1) : last, states };
}

function choose(mask: tf.Tensor, after: tf.Tensor, before: tf.Tensor): tf.Tensor {
  const m = tf.reshape(mask, [mask.shape[0] ?? 1, ...new Array<number>(after.rank - 1).fill(1)]);
  return tf.add(tf.mul(after, m), tf.mul(before, tf.sub(1, m)));
}
