import { tf } from "../../backend/tf.js";
import { choice, flag, int, pairs, sizes, type Config } from "../../../core/network/config.js";
import { HALF_PIXELS } from "../../../core/network/dialect.js";
import { unary, type Builder } from "../pass.js";
import { rank4 } from "../ranks.js";

/** ZeroPadding, Cropping, UpSampling, Resizing; channels last. */

export const zeroPadding =
  (rank: 1 | 2 | 3): Builder =>
  (build) => {
    const by = pairs(build.config, "padding", rank, 1);
    const paddings: [number, number][] = [[0, 0], ...by.map(([a, b]): [number, number] => [a, b]), [0, 0]];
    return unary((x) => tf.pad(x, paddings));
  };

export const cropping =
  (rank: 1 | 2 | 3): Builder =>
  (build) => {
    const by = [[0, 0] as const, ...pairs(build.config, "cropping", rank, 0), [0, 0] as const];
    return unary((x) =>
      tf.slice(
        x,
        by.map(([before]) => before),
        x.shape.map((n, i) => n - (by[i]?.[0] ?? 0) - (by[i]?.[1] ?? 0)),
      ),
    );
  };

/** `x` as [before, n, behind] around one of its axes, changed there by `f`. */
function along(x: tf.Tensor, axis: number, f: (x: tf.Tensor3D) => tf.Tensor): tf.Tensor {
  const before = x.shape.slice(0, axis);
  const behind = x.shape.slice(axis + 1);
  const size = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);
  const y = f(tf.reshape(x, [size(before), x.shape[axis] ?? 1, size(behind)]));
  return tf.reshape(y, [...before, y.shape[1] ?? 1, ...behind]);
}

/** Each cell so many times in a row. */
function repeated(x: tf.Tensor, axis: number, times: number): tf.Tensor {
  return along(x, axis, (rows) => {
    const [a, n, b] = rows.shape;
    return tf.reshape(tf.tile(tf.reshape(rows, [a * n, 1, b]), [1, times, 1]), [a, n * times, b]);
  });
}

export const upSampling =
  (rank: 1 | 3): Builder =>
  (build) => {
    const by = sizes(build.config, "size", rank, 2);
    return unary((x) => by.reduce((y, times, i) => repeated(y, i + 1, times), x));
  };

/**
 * What each of `to` cells takes of `from`, between the centres of cells, [to, from]: a matrix, as the gradient of TensorFlow.js'
 * own resizing does not know half pixels.
 */
function weights(from: number, to: number, nearest: boolean): tf.Tensor2D {
  const out = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = ((i + 0.5) * from) / to;
    if (nearest) out[i * from + Math.min(from - 1, Math.floor(at))] = 1;
    else {
      const place = Math.max(0, at - 0.5);
      const low = Math.min(from - 1, Math.floor(place));
      const share = Math.min(1, place - low);
      out[i * from + low] = (out[i * from + low] ?? 0) + 1 - share;
      const high = i * from + Math.min(from - 1, low + 1);
      out[high] = (out[high] ?? 0) + share;
    }
  }
  return tf.tensor2d(out, [to, from]);
}

/** Resizing as Keras does it. */
function resizedByCentres(x: tf.Tensor, size: readonly [number, number], nearest: boolean): tf.Tensor {
  return size.reduce<tf.Tensor>((y, to, i) => {
    const from = y.shape[i + 1] ?? 1;
    if (from === to) return y;
    return along(y, i + 1, (rows) => {
      const matrix = tf.tile(tf.expandDims(weights(from, to, nearest), 0), [rows.shape[0], 1, 1]);
      return tf.matMul(matrix, rows);
    });
  }, x);
}

type Interpolation = "nearest" | "bilinear";
const interpolation = (config: Config, usual: Interpolation): Interpolation =>
  choice(config, "interpolation", ["nearest", "bilinear"], usual);

export const upSampling2d: Builder = ({ config }) => {
  const [fh = 2, fw = 2] = sizes(config, "size", 2, 2);
  const how = interpolation(config, "nearest");
  const centres = flag(config, HALF_PIXELS, false);
  return unary((x) => {
    const [, h, w] = rank4(x).shape;
    const size: [number, number] = [h * fh, w * fw];
    if (how === "nearest") return tf.image.resizeNearestNeighbor(rank4(x), size);
    return centres ? resizedByCentres(x, size, false) : tf.image.resizeBilinear(rank4(x), size);
  });
};

export const resizing: Builder = ({ config }) => {
  const size: [number, number] = [int(config, "height"), int(config, "width")];
  const how = interpolation(config, "bilinear");
  if (flag(config, HALF_PIXELS, false)) return unary((x) => resizedByCentres(x, size, how === "nearest"));
  // What the field means to tfjs-layers: whether corner pixels keep their places.
  const corners = !flag(config, "crop_to_aspect_ratio", false);
  return unary((x) =>
    how === "nearest"
      ? tf.image.resizeNearestNeighbor(rank4(x), size, corners)
      : tf.image.resizeBilinear(rank4(x), size, corners),
  );
};
