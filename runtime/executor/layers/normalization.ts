import { tf } from "../../backend/tf.js";
import { axes } from "../../../core/network/config.js";
import { only, passMask, unary, type Builder, type CallContext, type MovingUpdate, number } from "../pass.js";
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
    const { mode, updates } = context.pass;
    if (mode === "inference" || !build.layer.trainable) {
      return build.ops.batchNormInference(x, mean, variance, scale, shift, epsilon);
    }
    const result = build.ops.batchNormTrain(x, scale, shift, epsilon);
    if (mode === "training") {
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
