import { tf } from "../tf.js";
import { attributesOf, type NativeBackend } from "./native.js";
import type { NativeKernel } from "./pack.js";

const OP = "SparseSoftmaxCrossEntropyWithLogits";

/** Mean loss and its gradient by the logits from one op of TensorFlow. */
export function crossEntropySparse(native: NativeBackend): NativeKernel {
  const attribute = attributesOf(native.binding);
  const attrs = [attribute.float("T"), attribute.int32("Tlabels")];
  return (input) => {
    const logits = input("logits");
    const [losses, slopes] = native.executeMultipleOutputs(OP, attrs, [logits, input("labels")], 2);
    if (!losses || !slopes) throw new Error(`${OP} has two outputs`);
    const [n = 1] = logits.shape;
    const loss = tf.mean(losses);
    const slope = tf.div(slopes, n);
    tf.dispose([losses, slopes]);
    return [loss, slope];
  };
}
