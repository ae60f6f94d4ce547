import { tf } from "../../backend/tf.js";
import { choice, pairs, sizes } from "../config.js";
import { unary, type Builder } from "../pass.js";
import { rank4 } from "../ranks.js";

/** ZeroPadding1D and 2D, Cropping2D, UpSampling1D and 2D; channels last. */

export function zeroPadding(rank: number): Builder {
  return (build) => {
    const by = pairs({ path: build.layer.path, values: build.layer.config }, "padding", rank, 1);
    const paddings: [number, number][] = [[0, 0], ...by.map(([a, b]): [number, number] => [a, b]), [0, 0]];
    return unary((x) => tf.pad(x, paddings));
  };
}

export const cropping2d: Builder = (build) => {
  const [rows = [0, 0], columns = [0, 0]] = pairs(
    { path: build.layer.path, values: build.layer.config },
    "cropping",
    2,
    0,
  );
  return unary((x) => {
    const [n, h, w, c] = rank4(x).shape;
    return tf.slice(
      x,
      [0, rows[0], columns[0], 0],
      [n, h - rows[0] - rows[1], w - columns[0] - columns[1], c],
    );
  });
};

export const upSampling2d: Builder = (build) => {
  const config = { path: build.layer.path, values: build.layer.config };
  const [fh = 2, fw = 2] = sizes(config, "size", 2, 2);
  const how = choice(config, "interpolation", ["nearest", "bilinear"], "nearest");
  return unary((x) => {
    const [, h, w] = rank4(x).shape;
    const size: [number, number] = [h * fh, w * fw];
    return how === "nearest"
      ? tf.image.resizeNearestNeighbor(rank4(x), size)
      : tf.image.resizeBilinear(rank4(x), size);
  });
};
