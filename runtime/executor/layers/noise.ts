import { field, isJsonArray } from "../../../core/network/json.js";
import { tf } from "../../backend/tf.js";
import { drawsOf } from "../draws.js";
import { only, passMask, type Build, type Builder, type CallContext, number } from "../pass.js";

/** Dropout, SpatialDropout, GaussianDropout, GaussianNoise and AlphaDropout: the identity outside of training. */

type Noise = (x: tf.Tensor, context: CallContext) => tf.Tensor;

function inTraining(noise: Noise): ReturnType<Builder> {
  return {
    run: (context) => {
      const x = only(context);
      return [context.pass.mode === "training" ? noise(x, context) : x];
    },
    mask: passMask,
  };
}

function rateOf(build: Build, key = "rate"): number {
  return Math.min(1, Math.max(0, number(build.config, key, 0)));
}

/** The shape of the draws: `noise_shape` with its gaps filled from the input; 1 repeats a draw along the axis. */
function noiseShape(build: Build, x: tf.Tensor): number[] {
  const given = field(build.layer.config, "noise_shape");
  if (!isJsonArray(given) || given.length !== x.rank) return x.shape.slice();
  return x.shape.map((n, i) => {
    const wanted = given[i];
    return typeof wanted === "number" && wanted > 0 ? Math.min(wanted, n) : n;
  });
}

/** `one` where a draw is at or above the rate, else 0; `ids` number the channels on the last axis of `shape`. */
export function kept(
  context: CallContext,
  stream: string,
  shape: number[],
  ids: Int32Array | null,
  rate: number,
  one = rate === 1 ? 0 : 1 / (1 - rate),
): tf.Tensor {
  const draws = drawsOf(context, stream).uniform(shape, ids);
  for (let i = 0; i < draws.length; i++) draws[i] = (draws[i] ?? 0) >= rate ? one : 0;
  return tf.tensor(draws, shape);
}

/** What is kept is scaled up for what is not. */
function dropping(shapeOf: (build: Build, x: tf.Tensor) => number[], key = "rate"): Builder {
  return (build) => {
    const rate = rateOf(build, key);
    return inTraining((x, context) => {
      if (rate === 0) return x;
      if (rate === 1) return tf.zerosLike(x);
      return tf.mul(x, kept(context, "dropout", shapeOf(build, x), context.inputIds[0] ?? null, rate));
    });
  };
}

export const dropout = dropping(noiseShape);

/** SpatialDropout: one draw for each sample and channel. */
export const spatialDropout = dropping((_, x) =>
  x.shape.map((n, i) => (i === 0 || i === x.rank - 1 ? n : 1)),
);

/** One draw for each sample (Huang et al. 2016, Deep networks with stochastic depth). */
export const stochasticDepth = dropping((_, x) => x.shape.map((n, i) => (i === 0 ? n : 1)), "drop_path_rate");

function normal(x: tf.Tensor, context: CallContext): tf.Tensor {
  return tf.tensor(drawsOf(context, "normal").normal(x.shape, context.inputIds[0] ?? null), x.shape);
}

export const gaussianDropout: Builder = (build) => {
  const rate = rateOf(build);
  if (rate === 0 || rate === 1) return inTraining((x) => x);
  const deviation = Math.sqrt(rate / (1 - rate));
  return inTraining((x, context) => tf.mul(x, tf.add(1, tf.mul(normal(x, context), deviation))));
};

export const gaussianNoise: Builder = (build) => {
  const deviation = number(build.config, "stddev", 0);
  return inTraining((x, context) => tf.add(x, tf.mul(normal(x, context), deviation)));
};

const SELU_ALPHA = 1.6732632423543772848170429916717;
const SELU_SCALE = 1.0507009873554804934193349852946;

/** Dropout that keeps mean and variance of SELU activations (Klambauer et al. 2017, self-normalizing networks). */
export const alphaDropout: Builder = (build) => {
  const rate = rateOf(build);
  if (rate === 0 || rate === 1) return inTraining((x) => x);
  const low = -SELU_ALPHA * SELU_SCALE;
  const a = ((1 - rate) * (1 + rate * low ** 2)) ** -0.5;
  const b = -a * low * rate;
  return inTraining((x, context) => {
    const mask = kept(context, "dropout", noiseShape(build, x), context.inputIds[0] ?? null, rate, 1);
    const y = tf.add(tf.mul(x, mask), tf.mul(tf.sub(1, mask), low));
    return tf.add(tf.mul(y, a), b);
  });
};
