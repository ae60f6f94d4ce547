import { composedOps } from "../ops/composed.js";
import { kernelOps } from "../ops/kernel-ops.js";
import { registerGradients } from "../ops/kernels.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { assignCopy, floatsOf } from "../values.js";
import { loadNative } from "./load.js";
import { installNativeKernels } from "./pack.js";
import { judge, priceOf, thisMachine, WITHOUT_ONE_DNN, type NativeHost, type Verdict } from "./verdict.js";

/**
 * Opens TensorFlow through tfjs-node, where a trial in another process says that it survives there: without oneDNN where that alone
 * does. Its kernels split sums over threads in an order that is not fixed: two runs agree to about 1e-5, not bit for bit.
 */
export async function openNode(host: NativeHost = thisMachine): Promise<OpenedBackend> {
  const verdict = await judge(host);
  const off = verdict === null ? null : heed(verdict);
  const native = await loadNative();
  registerGradients();
  installNativeKernels(native);
  const version = native.binding.TF_Version;
  const library = `TensorFlow${version === undefined ? "" : ` ${version}`}`;
  return {
    name: "node",
    threads: NaN,
    description: `tfjs-node (${library}${off === null ? "" : ", without oneDNN"})`,
    notes: off === null ? [] : [off],
    // TensorFlow's fused loss takes the targets' sum for 1; ours weighs rows by it.
    ops: { ...kernelOps, softmaxCrossEntropy: composedOps.softmaxCrossEntropy },
    assign: assignCopy,
    read: floatsOf,
  };
}

/**
 * Switches oneDNN off where the verdict asks for it, and says so; null where nothing had to be done. Throws where this process cannot
 * run TensorFlow.
 */
function heed(verdict: Verdict): string | null {
  const { asIs, withoutOneDnn } = verdict;
  if (asIs.fault === null) return null;
  if (withoutOneDnn === null || withoutOneDnn.fault !== null) {
    throw new Error(`${asIs.fault}; without oneDNN ${withoutOneDnn?.fault ?? "nothing could be tried"}`);
  }
  if (process.env["TF_ENABLE_ONEDNN_OPTS"] !== "0" && tf.findBackendFactory("tensorflow") !== null) {
    throw new Error(`${asIs.fault}, and it was loaded before oneDNN could be switched off`);
  }
  Object.assign(process.env, WITHOUT_ONE_DNN);
  return priceOf(verdict);
}
