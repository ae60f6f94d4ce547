import { floatsOf } from "../floats.js";
import { composedOps } from "../ops/composed.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { loadNative } from "./load.js";

/**
 * Opens TensorFlow through tfjs-node. Its kernels split sums over threads in an order that is not fixed: two runs
 * agree to about 1e-5, not bit for bit.
 */
export async function openNode(): Promise<OpenedBackend> {
  const native = await loadNative();
  const version = native.binding.TF_Version;
  return {
    name: "node",
    threads: NaN,
    description: `tfjs-node (TensorFlow${version === undefined ? "" : ` ${version}`})`,
    ops: composedOps,
    assign(variable, data) {
      // The engine reads the array at its first use, which may come after the caller's next change of it.
      const value = tf.tensor(data.slice(), variable.shape);
      variable.assign(value);
      value.dispose();
    },
    read: floatsOf,
  };
}
