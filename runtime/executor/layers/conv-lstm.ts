import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import { activation, choice, flag, sizes, type Config } from "../config.js";
import type { Builder } from "../pass.js";
import { rank1, rank4 } from "../ranks.js";
import { unroll } from "./unroll.js";

function named(config: Config, key: string, fallback: string): string {
  const given = config.values[key];
  return given === undefined || given === null ? fallback : activation(config, key);
}

/** ConvLSTM2D (Shi et al. 2015): [n, steps, h, w, c]; the state is convolved with stride 1 and same padding. */
export const convLstm2d: Builder = (build) => {
  const config = { path: build.layer.path, values: build.layer.config };
  const [sh = 1, sw = 1] = sizes(config, "strides", 2, 1);
  const [dh = 1, dw = 1] = sizes(config, "dilation_rate", 2, 1);
  const pad = choice(config, "padding", ["valid", "same"], "valid");
  const sequences = flag(config, "return_sequences", false);
  const withStates = flag(config, "return_state", false);
  const backwards = flag(config, "go_backwards", false);
  const act = activationOf(named(config, "activation", "tanh"), build.ops, config.path);
  const gate = activationOf(named(config, "recurrent_activation", "hard_sigmoid"), build.ops, config.path);
  const kernel = rank4(build.need("kernel"));
  const recurrent = rank4(build.need("recurrent_kernel"));
  const given = build.weight("bias");
  const bias = given ? rank1(given) : null;

  const step = (z: tf.Tensor, [h, c]: readonly tf.Tensor[]): readonly tf.Tensor[] => {
    if (!h || !c) throw new Error("a ConvLSTM2D has two states");
    const sum = tf.add(z, build.ops.conv2d(rank4(h), recurrent, null, [1, 1], "same", [1, 1]));
    const [i, f, g, o] = tf.split(sum, 4, 3);
    if (!i || !f || !g || !o) throw new Error("four gates expected");
    const carry = tf.add(tf.mul(gate(f), c), tf.mul(gate(i), act(g)));
    return [tf.mul(gate(o), act(carry)), carry];
  };

  return {
    run: (context) => {
      const [x, ...initial] = context.inputs;
      if (!x) throw new Error("a recurrent layer was called without inputs");
      const [n = 1, steps = 1, ...frame] = x.shape;
      const [h = 1, w = 1, channels = 1] = frame;
      const frames = rank4(tf.reshape(x, [n * steps, h, w, channels]));
      const y = build.ops.conv2d(frames, kernel, bias, [sh, sw], pad, [dh, dw]);
      const state = [n, y.shape[1], y.shape[2], y.shape[3] / 4];
      const zeros = tf.zeros(state);
      const done = unroll({
        z: tf.reshape(y, [n, steps, ...y.shape.slice(1)]),
        mask: context.masks[0] ?? null,
        initial: initial.length > 0 ? initial : [zeros, zeros],
        backwards,
        sequences,
        step,
      });
      return withStates ? [done.output, ...done.states] : [done.output];
    },
    mask: (context) => [sequences ? (context.masks[0] ?? null) : null],
  };
};
