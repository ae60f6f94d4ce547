import { choice, flag, sizes } from "../../../core/network/config.js";
import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import type { Builder } from "../pass.js";
import { rank1, rank4 } from "../ranks.js";
import { lstmStep, recurrentRunner, unroll } from "./unroll.js";

/** ConvLSTM2D (Shi et al. 2015): [n, steps, h, w, c]; the state is convolved with stride 1 and same padding. */
export const convLstm2d: Builder = (build) => {
  const { config, ops } = build;
  const [sh = 1, sw = 1] = sizes(config, "strides", 2, 1);
  const [dh = 1, dw = 1] = sizes(config, "dilation_rate", 2, 1);
  const pad = choice(config, "padding", ["valid", "same"], "valid");
  const sequences = flag(config, "return_sequences", false);
  const backwards = flag(config, "go_backwards", false);
  const act = activationOf(build, "activation", "tanh");
  const gate = activationOf(build, "recurrent_activation", "hardsigmoid");
  const kernel = rank4(build.need("kernel"));
  const recurrent = rank4(build.need("recurrent_kernel"));
  const given = build.weight("bias");
  const bias = given ? rank1(given) : null;

  const step = (z: tf.Tensor, [h, c]: readonly tf.Tensor[]): readonly tf.Tensor[] => {
    if (!h) throw new Error("a ConvLSTM2D has two states");
    const sums = tf.add(z, ops.conv2d(rank4(h), recurrent, null, [1, 1], "same", [1, 1]));
    return lstmStep(sums, 3, c, act, gate);
  };

  return recurrentRunner(config, (context, x, initial) => {
    const [n = 1, steps = 1, h = 1, w = 1, channels = 1] = x.shape;
    const frames = rank4(tf.reshape(x, [n * steps, h, w, channels]));
    const y = ops.conv2d(frames, kernel, bias, [sh, sw], pad, [dh, dw]);
    const zeros = tf.zeros([n, y.shape[1], y.shape[2], y.shape[3] / 4]);
    return unroll({
      z: tf.reshape(y, [n, steps, ...y.shape.slice(1)]),
      mask: context.masks[0] ?? null,
      initial: initial.length > 0 ? initial : [zeros, zeros],
      backwards,
      sequences,
      zeros: flag(config, "zero_output_for_mask", false),
      step,
    });
  });
};
