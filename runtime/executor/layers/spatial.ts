import { tf } from "../../backend/tf.js";
import { choice, flag, int, pairs, sizes } from "../../../core/network/config.js";
import { unary, type Builder } from "../pass.js";
import { rank4 } from "../ranks.js";

/** ZeroPadding2D, Cropping2D, UpSampling2D, Resizing; channels last. */

export const zeroPadding2d: Builder = (build) => {
  const by = pairs(build.config, "padding", 2, 1);
  const paddings: [number, number][] = [[0, 0], ...by.map(([a, b]): [number, number] => [a, b]), [0, 0]];
  return unary((x) => tf.pad(x, paddings));
};

export const cropping2d: Builder = (build) => {
  const [rows = [0, 0], columns = [0, 0]] = pairs(build.config, "cropping", 2, 0);
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
  const { config } = build;
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

export const resizing: Builder = (build) => {
  const { config } = build;
  const size: [number, number] = [int(config, "height"), int(config, "width")];
  const how = choice(config, "interpolation", ["nearest", "bilinear"], "bilinear");
  // What the field means to tfjs-layers: whether corner pixels keep their places.
  const corners = !flag(config, "crop_to_aspect_ratio", false);
  return unary((x) =>
    how === "nearest"
      ? tf.image.resizeNearestNeighbor(rank4(x), size, corners)
      : tf.image.resizeBilinear(rank4(x), size, corners),
  );
};
