import { activationOf } from "../activations.js";
import { activation } from "../config.js";
import { unary, type Builder } from "../pass.js";
import { rank1, rank2 } from "../ranks.js";

/** Dense on the last axis of a tensor of any rank. */
export const dense: Builder = (build) => {
  const act = activationOf(
    activation({ path: build.layer.path, values: build.layer.config }),
    build.ops,
    build.layer.path,
  );
  const kernel = rank2(build.need("kernel"));
  const variable = build.weight("bias");
  const bias = variable ? rank1(variable) : null;
  return unary((x, context) => {
    const y = build.ops.dense(x, kernel, bias);
    return context.logits ? y : act(y);
  }, true);
};
