import { counted } from "../../../core/ir/words.js";
import { BackendWasm, getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { averagePoolGradients } from "../average-pooling.js";
import { installKernels, type Kernels, type Memory } from "../device.js";
import { floatsOf } from "../values.js";
import { registerGradients } from "../ops/kernels.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { arithmetic } from "./arithmetic.js";
import { batchNormalization } from "./batch-norm.js";
import { convolutionGradients } from "./conv-2d-gradients.js";
import { convolution3dGradients } from "./conv-3d-gradients.js";
import { depthwiseGradients } from "./depthwise-gradients.js";
import { products } from "./mat-mul.js";
import { wasmOps } from "./ops.js";
import { poolings } from "./pooling.js";
import { reductions } from "./reductions.js";

/** Kernels that the wasm package lacks, computes wrongly or computes slowly. */
const kernels: Kernels = {
  ...arithmetic,
  ...averagePoolGradients,
  ...batchNormalization,
  ...convolutionGradients,
  ...convolution3dGradients,
  ...depthwiseGradients,
  ...poolings,
  ...products,
  ...reductions,
};

/** Threads of the running backend; 0 before it runs. A process starts it once. */
let running = 0;

/**
 * Opens the WebAssembly backend of tfjs with our kernels on it. It keeps the number of threads it was first opened
 * with. Results are the same bits on every run, whatever that number. `start` makes wasm the current backend.
 */
export async function openWasm(threads: number, start: () => Promise<void>): Promise<OpenedBackend> {
  if (running === 0) await start();
  await tf.setBackend("wasm");
  const wasm = tf.backend();
  if (!(wasm instanceof BackendWasm)) throw new Error("another backend is registered as wasm");
  if (running === 0) {
    registerGradients();
    const memory: Memory = {
      output: (shape) => wasm.makeOutput([...shape], "float32"),
      values: (t) => wasm.typedArrayFromHeap(t),
      free: (t) => void wasm.disposeData(t.dataId),
    };
    installKernels("wasm", memory, kernels);
    running = threads > 1 ? getThreadsCount() : 1;
  }
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  const count = counted(running, "threads");
  return {
    name: "wasm",
    threads: running,
    description: `wasm (${simd === true ? "SIMD" : "no SIMD"}, ${count})`,
    ops: wasmOps,
    assign(variable, data) {
      // Never in place: XNNPACK keeps kernels packed under the number of their tensor and would not see the change.
      const value = tf.tensor(data, variable.shape);
      variable.assign(value);
      value.dispose();
    },
    read: floatsOf,
  };
}
