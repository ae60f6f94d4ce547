import { tf } from "../../backend/tf.js";
import { field, isJsonArray } from "../../../core/network/json.js";
import { int } from "../../../core/network/config.js";
import { unary, type Builder } from "../pass.js";
import { raise } from "../../../core/diagnostics/create.js";

/** Flatten, Reshape, Permute, RepeatVector. */

export const flatten: Builder = () =>
  unary((x) => tf.reshape(x, [x.shape[0] ?? 1, x.size / (x.shape[0] ?? 1)]));

export const reshape: Builder = (build) => {
  const target = field(build.layer.config, "target_shape");
  const list = isJsonArray(target) ? target : [];
  return unary((x) => {
    const n = x.shape[0] ?? 1;
    const known = list.reduce((p: number, q) => p * (typeof q === "number" && q >= 0 ? q : 1), 1);
    const free = x.size / n / known;
    return tf.reshape(x, [n, ...list.map((q) => (typeof q === "number" && q >= 0 ? q : free))]);
  });
};

export const permute: Builder = (build) => {
  const dims = field(build.layer.config, "dims");
  const order = (isJsonArray(dims) ? dims : []).map((d) =>
    typeof d === "number"
      ? d
      : raise("P5151", `layer \`${build.layer.path}\` permutes by something that is not a number`),
  );
  return unary((x) => tf.transpose(x, [0, ...order]));
};

export const repeatVector: Builder = (build) => {
  const n = int(build.config, "n");
  return unary((x) => tf.tile(tf.expandDims(x, 1), [1, n, 1]));
};
