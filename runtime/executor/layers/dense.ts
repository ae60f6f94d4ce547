import { counted } from "../../../core/ir/words.js";
import { flag } from "../../../core/network/config.js";
import { tf } from "../../backend/tf.js";
import { activationOf } from "../activations.js";
import { locally } from "./local.js";
import { only, unary, type Builder } from "../pass.js";
import { raise } from "../../../core/diagnostics/create.js";
import { rank1, rank2 } from "../ranks.js";

/** Dense on the last axis of a tensor of any rank. */
export const dense: Builder = (build) => {
  const act = activationOf(build);
  const kernel = rank2(build.need("kernel"));
  const variable = build.weight("bias");
  const bias = variable ? rank1(variable) : null;
  return unary((x, context) => {
    const sums = build.ops.dense(x, kernel, bias);
    const y = locally(build, context, sums, (variances) =>
      build.ops.dense(tf.square(x), rank2(variances), null),
    );
    return context.logits ? y : act(y);
  }, true);
};

/** Embedding: rows of a table by index, [n, …] to [n, …, dim]. With `mask_zero`, index 0 is masked. */
export const embedding: Builder = (build) => {
  const table = build.need("embeddings");
  const masks = flag(build.config, "mask_zero", false);
  const rows = table.shape[0] ?? 0;
  return {
    run: (context) => {
      const x = only(context);
      for (const value of build.read(x)) {
        // Truncation is what the cast to int32 does; NaN fails both comparisons.
        if (!(Math.trunc(value) >= 0 && Math.trunc(value) < rows)) {
          raise(
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
