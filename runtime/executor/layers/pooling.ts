import { choice, flag, sizes } from "../../../core/network/config.js";
import { tf } from "../../backend/tf.js";
import { unary, type Build, type Builder } from "../pass.js";
import { rank3, rank4, rank5 } from "../ranks.js";

/** Max and average pooling over 1, 2 and 3 axes, and the global ones; channels last. */

type Kind = "max" | "average";

const flat = { max: tf.maxPool, average: tf.avgPool };
const deep = { max: tf.maxPool3d, average: tf.avgPool3d };

export function pooling(rank: 1 | 2 | 3, kind: Kind): Builder {
  return ({ config }) => {
    const given = sizes(config, "pool_size", rank, 2);
    const [a = 1, b = 1, c = 1] = given;
    const [sa = 1, sb = 1, sc = 1] = sizes(config, "strides", rank, given);
    const pad = choice(config, "padding", ["valid", "same"], "valid");
    switch (rank) {
      case 1:
        return unary((x) => {
          const [n, w, channels] = rank3(x).shape;
          const y = flat[kind](tf.reshape<tf.Rank.R4>(x, [n, w, 1, channels]), [a, 1], [sa, 1], pad);
          return tf.reshape(y, [n, y.shape[1], channels]);
        });
      case 2:
        return unary((x) => flat[kind](rank4(x), [a, b], [sa, sb], pad));
      case 3:
        return unary((x) => deep[kind](rank5(x), [a, b, c], [sa, sb, sc], pad));
    }
  };
}

function pooledOverAll(pool: (x: tf.Tensor, build: Build) => tf.Tensor): Builder {
  return (build) => {
    const keep = flag(build.config, "keepdims", false);
    return unary((x) => {
      const y = pool(x, build);
      return keep
        ? tf.reshape(
            y,
            x.shape.map((n, i) => (i === 0 || i === x.rank - 1 ? n : 1)),
          )
        : y;
    });
  };
}

export const globalAveragePooling = pooledOverAll((x, { ops }) => ops.globalAveragePool(x));

export const globalMaxPooling = pooledOverAll((x) => tf.max(x, [...x.shape.keys()].slice(1, -1)));
