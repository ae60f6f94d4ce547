import { BackendWasm, getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { floatsOf } from "../floats.js";
import { registerGradients } from "../ops/kernels.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { installKernels } from "./context.js";
import { wasmOps } from "./ops.js";
import { wasmKernels } from "./pack.js";

let installed = false;

/** Opens the WebAssembly backend of tfjs with our kernels on it. */
export async function openWasm(_threads: number): Promise<OpenedBackend> {
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend did not start");
  const wasm = tf.backend();
  if (!(wasm instanceof BackendWasm)) throw new Error("another backend is registered as wasm");
  registerGradients();
  if (!installed) installKernels(wasm, wasmKernels);
  installed = true;
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  const threads = getThreadsCount();
  return {
    name: "wasm",
    threads,
    description: `wasm (${simd === true ? "SIMD" : "no SIMD"}, ${threads} ${threads === 1 ? "thread" : "threads"})`,
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
