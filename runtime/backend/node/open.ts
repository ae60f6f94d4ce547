import { floatsOf } from "../floats.js";
import { composedOps } from "../ops/composed.js";
import { kernelOps } from "../ops/kernel-ops.js";
import { registerGradients } from "../ops/kernels.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { loadNative } from "./load.js";
import { installNativeKernels } from "./pack.js";

/**
 * Opens TensorFlow through tfjs-node. Its kernels split sums over threads in an order that is not fixed: two runs
 * agree to about 1e-5, not bit for bit.
 */
export async function openNode(): Promise<OpenedBackend> {
  const native = await loadNative();
  registerGradients();
  installNativeKernels(native);
  const version = native.binding.TF_Version;
  return {
    name: "node",
    threads: NaN,
    description: `tfjs-node (TensorFlow${version === undefined ? "" : ` ${version}`})`,
    // TensorFlow's fused loss takes the targets' sum for 1; ours weighs rows by it.
    ops: { ...kernelOps, softmaxCrossEntropy: composedOps.softmaxCrossEntropy },
    assign(variable, data) {
      // The engine reads the array at its first use, which may come after the caller's next change of it.
      const value = tf.tensor(data.slice(), variable.shape);
      variable.assign(value);
      value.dispose();
    },
    read: floatsOf,
  };
}
