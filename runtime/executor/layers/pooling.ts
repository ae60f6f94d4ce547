import { tf } from "../../backend/tf.js";
import { choice, sizes } from "../config.js";
import { unary, type Builder } from "../pass.js";
import { rank3, rank4, rank5 } from "../ranks.js";

/** Max and average pooling over 1, 2 and 3 axes, and the global ones; channels last. */

type Kind = "max" | "average";

function spec(
  build: Parameters<Builder>[0],
  rank: number,
): { size: readonly number[]; strides: readonly number[]; pad: "same" | "valid" } {
  const config = { path: build.layer.path, values: build.layer.config };
  const size = sizes(config, "pool_size", rank, 2);
  return {
    size,
    strides: sizes(config, "strides", rank, size),
    pad: choice(config, "padding", ["valid", "same"], "valid"),
  };
}

function two(list: readonly number[]): [number, number] {
  return [list[0] ?? 1, list[1] ?? 1];
}

function three(list: readonly number[]): [number, number, number] {
  return [list[0] ?? 1, list[1] ?? 1, list[2] ?? 1];
}

function pool2(
  kind: Kind,
  x: tf.Tensor4D,
  size: [number, number],
  strides: [number, number],
  pad: "same" | "valid",
): tf.Tensor4D {
  return kind === "max" ? tf.maxPool(x, size, strides, pad) : tf.avgPool(x, size, strides, pad);
}

export function pooling1d(kind: Kind): Builder {
  return (build) => {
    const { size, strides, pad } = spec(build, 1);
    return unary((x) => {
      const [n, w, c] = rank3(x).shape;
      const y = pool2(kind, tf.reshape(x, [n, w, 1, c]), [size[0] ?? 1, 1], [strides[0] ?? 1, 1], pad);
      return tf.reshape(y, [n, y.shape[1], c]);
    });
  };
}

export function pooling2d(kind: Kind): Builder {
  return (build) => {
    const { size, strides, pad } = spec(build, 2);
    return unary((x) => pool2(kind, rank4(x), two(size), two(strides), pad));
  };
}

export function pooling3d(kind: Kind): Builder {
  return (build) => {
    const { size, strides, pad } = spec(build, 3);
    return unary((x) =>
      kind === "max"
        ? tf.maxPool3d(rank5(x), three(size), three(strides), pad)
        : tf.avgPool3d(rank5(x), three(size), three(strides), pad),
    );
  };
}

export const globalAveragePooling: Builder = (build) => unary((x) => build.ops.globalAveragePool(x));

export const globalMaxPooling: Builder = () => unary((x) => tf.max(x, [...x.shape.keys()].slice(1, -1)));
