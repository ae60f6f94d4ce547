import { counted } from "../../../core/ir/words.js";
import { tf } from "../../backend/tf.js";
import { flag, number } from "../config.js";
import { constantOf } from "../constant.js";
import { only, passMask, type Builder } from "../pass.js";
import { refuse } from "../problems.js";

/** Embedding: rows of a table by index, [n, …] to [n, …, dim]. With `mask_zero`, index 0 is masked. */
export const embedding: Builder = (build) => {
  const table = build.need("embeddings");
  const masks = flag({ path: build.layer.path, values: build.layer.config }, "mask_zero", false);
  const rows = table.shape[0] ?? 0;
  return {
    run: (context) => {
      const x = only(context);
      for (const value of build.read(x)) {
        // Truncation is what the cast to int32 does; NaN fails both comparisons.
        if (!(Math.trunc(value) >= 0 && Math.trunc(value) < rows)) {
          refuse(
            "P5155",
            `layer \`${build.layer.path}\` got the index ${value}, but its table has ${counted(rows, "rows")}`,
          );
        }
      }
      const flat = tf.reshape(tf.cast(x, "int32"), [x.size]);
      return [tf.reshape(tf.gather(table, flat), [...x.shape, table.shape[1] ?? 1])];
    },
    mask: (context) => [masks ? tf.notEqual(only(context), 0) : null],
  };
};

/** Masking: steps whose features all equal `mask_value` are zeroed and masked. */
export const masking: Builder = (build) => {
  const value = number({ path: build.layer.path, values: build.layer.config }, "mask_value", 0);
  return {
    run: (context) => {
      const x = only(context);
      return [
        tf.mul(
          x,
          constantOf(x, (v) => tf.cast(tf.any(tf.notEqual(v, value), -1, true), "float32")),
        ),
      ];
    },
    mask: (context) => [constantOf(only(context), (v) => tf.any(tf.notEqual(v, value), -1))],
  };
};

export const rescaling: Builder = (build) => {
  const config = { path: build.layer.path, values: build.layer.config };
  const scale = number(config, "scale", 1);
  const offset = number(config, "offset", 0);
  return { run: (context) => [tf.add(tf.mul(only(context), scale), offset)], mask: passMask };
};
