import { tf } from "../../backend/tf.js";
import { axes, flag } from "../../../core/network/config.js";
import { keptAxes } from "../../../core/network/layers/norm.js";
import {
  number,
  numbers,
  only,
  passMask,
  unary,
  type Builder,
  type CallContext,
  type MovingUpdate,
} from "../pass.js";
import type { Places } from "../../../core/masks/masked.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { rank1 } from "../ranks.js";
import { keepLatent } from "../variables.js";

/**
 * BatchNormalization (Ioffe and Szegedy 2015). In training the statistics of the batch normalise, and the moving ones
 * follow: `moving ← moving · momentum + batch · (1 − momentum)`, with the biased variance as tfjs-layers does. A layer
 * that is not trainable normalises by its stored statistics in every pass, as Keras does.
 */
export const batchNormalization: Builder = (build) => {
  const { config } = build;
  const epsilon = number(config, "epsilon", 1e-3);
  const momentum = number(config, "momentum", 0.99);
  const gamma = build.weight("gamma");
  const beta = build.weight("beta");
  const mean = rank1(build.need("moving_mean"));
  const variance = rank1(build.need("moving_variance"));
  const scale = gamma ? rank1(gamma) : null;
  const shift = beta ? rank1(beta) : null;

  const normalise = (x: tf.Tensor, context: CallContext): tf.Tensor => {
    const { mode, updates, gathers } = context.pass;
    if (mode === "inference" || !build.layer.trainable) {
      return build.ops.batchNormInference(x, mean, variance, scale, shift, epsilon);
    }
    const result = build.ops.batchNormTrain(x, scale, shift, epsilon);
    if (mode === "training" || gathers === true) {
      updates.push({
        meanKey: build.key("moving_mean"),
        varianceKey: build.key("moving_variance"),
        momentum,
        mean: build.read(result.mean),
        variance: build.read(result.variance),
      });
    }
    return result.y;
  };

  return {
    run: (context) => {
      const x = only(context);
      const [axis = x.rank - 1] = axes(config, "axis", x.rank, -1);
      if (axis === x.rank - 1) return [normalise(x, context)];
      const there = [...x.shape.keys()].filter((i) => i !== axis).concat(axis);
      const back = there.map((_, i) => there.indexOf(i));
      return [tf.transpose(normalise(tf.transpose(x, there), context), back)];
    },
    mask: passMask,
  };
};

/** LayerNormalization (Ba, Kiros and Hinton 2016): statistics of each example over `axis`. */
export const layerNormalization: Builder = (build) => {
  const { config } = build;
  const epsilon = number(config, "epsilon", 1e-3);
  const gamma = build.weight("gamma");
  const beta = build.weight("beta");
  return unary((x) => {
    const over = [...axes(config, "axis", x.rank, -1)];
    const { mean, variance } = tf.moments(x, over, true);
    const spread = (v: tf.Tensor): tf.Tensor =>
      tf.reshape(
        v,
        x.shape.map((n, i) => (over.includes(i) ? n : 1)),
      );
    let y = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    if (gamma) y = tf.mul(y, spread(gamma));
    return beta ? tf.add(y, spread(beta)) : y;
  }, true);
};

/** GroupNormalization (Wu and He 2018): statistics of each example over space and the channels of a group. */
export const groupNormalization: Builder = (build) => {
  const { config } = build;
  const epsilon = number(config, "epsilon", 1e-3);
  const given = number(config, "groups", 32);
  const gamma = build.weight("gamma");
  const beta = build.weight("beta");
  return unary((x) => {
    const [axis = x.rank - 1] = axes(config, "axis", x.rank, -1);
    const channels = x.shape[axis] ?? 1;
    const groups = given === -1 ? channels : given;
    const parted = tf.reshape(x, [
      ...x.shape.slice(0, axis),
      groups,
      channels / groups,
      ...x.shape.slice(axis + 1),
    ]);
    const over = [...parted.shape.keys()].filter((i) => i !== 0 && i !== axis);
    const { mean, variance } = tf.moments(parted, over, true);
    const whole = tf.reshape(tf.mul(tf.sub(parted, mean), tf.rsqrt(tf.add(variance, epsilon))), x.shape);
    const spread = (v: tf.Tensor): tf.Tensor =>
      tf.reshape(
        v,
        x.shape.map((n, i) => (i === axis ? n : 1)),
      );
    const y = gamma ? tf.mul(whole, spread(gamma)) : whole;
    return beta ? tf.add(y, spread(beta)) : y;
  }, true);
};

/** RMSNormalization (Zhang and Sennrich 2019). */
export const rmsNormalization: Builder = (build) => {
  const epsilon = number(build.config, "epsilon", 1e-6);
  const scale = build.need("scale");
  return unary((x) => {
    const over = [...axes(build.config, "axis", x.rank, -1)];
    const y = tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), over, true), epsilon)));
    return tf.mul(
      y,
      tf.reshape(
        scale,
        x.shape.map((n, i) => (over.includes(i) ? n : 1)),
      ),
    );
  }, true);
};

export const unitNormalization: Builder = ({ config }) =>
  unary((x) => {
    const square = tf.sum(tf.square(x), [...axes(config, "axis", x.rank, -1)], true);
    return tf.mul(x, tf.rsqrt(tf.maximum(square, 1e-12)));
  }, true);

/** Normalization: by the numbers of the config, or by statistics that belong to the layer. */
export const normalization: Builder = (build) => {
  const { config } = build;
  const own = build.weight("mean");
  const invert = flag(config, "invert", false);
  return unary((x) => {
    const kept = keptAxes(config.values["axis"], x.rank);
    const spread = (name: "mean" | "variance"): tf.Tensor => {
      const values = own ? build.need(name) : tf.tensor(numbers(config, name, name === "mean" ? 0 : 1));
      return tf.reshape(
        values,
        x.shape.map((n, i) => (values.size > 1 && kept.includes(i) ? n : 1)),
      );
    };
    const deviation = tf.maximum(tf.sqrt(spread("variance")), 1e-7);
    const mean = spread("mean");
    return invert ? tf.add(mean, tf.mul(x, deviation)) : tf.div(tf.sub(x, mean), deviation);
  }, true);
};

/** Folds the statistics of a training pass into the masters; gives the keys that changed. */
export function moveStatistics(
  updates: readonly MovingUpdate[],
  store: ParameterStore,
  latent: Places,
): readonly string[] {
  const changed = new Set<string>();
  const fold = (key: string, batch: Float32Array, momentum: number): void => {
    const moving = store.get(key)?.data;
    if (!moving) return;
    keepLatent(moving, latent.get(key), () => {
      for (let i = 0; i < moving.length; i++) {
        const before = moving[i] ?? 0;
        moving[i] = before - (before - (batch[i] ?? 0)) * (1 - momentum);
      }
    });
    changed.add(key);
  };
  for (const update of updates) {
    fold(update.meanKey, update.mean, update.momentum);
    fold(update.varianceKey, update.variance, update.momentum);
  }
  return [...changed];
}
