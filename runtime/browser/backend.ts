import { chooseBackend, type Choice } from "../backend/choose.js";
import { tf } from "../backend/tf.js";
import type { Backend, BackendOptions } from "../backend/types.js";
import type { BackendName } from "../types.js";

/** Those of GPUs that the page has registered by importing their packages. */
const registered = (): readonly BackendName[] =>
  (["webgpu", "webgl"] as const).filter((name) => tf.findBackendFactory(name) !== null);

/**
 * `chooseBackend` in a page or a worker: WebGPU and WebGL where the page has registered them and all their kernels compute right, else
 * WebAssembly, else plain JavaScript.
 */
export const openBackend = (options: BackendOptions = {}): Promise<Backend> =>
  chooseBackend(options, {
    open: {
      node: () => Promise.reject(new Error("it is of Node")),
      async wasm(threads) {
        const [{ openWasm }, { setThreadsCount }] = await Promise.all([
          import("../backend/wasm/open.js"),
          import("@tensorflow/tfjs-backend-wasm"),
        ]);
        return openWasm(threads, async () => {
          setThreadsCount(threads);
          if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend did not start");
        });
      },
      cpu: async () => (await import("../backend/cpu/open.js")).openCpu(),
      webgl: async () => (await import("../backend/gpu/open.js")).openRegistered("webgl"),
      webgpu: async () => (await import("../backend/gpu/open.js")).openRegistered("webgpu"),
    },
    order: [...registered(), "wasm", "cpu"],
    wantsAllRight: true,
    processors: () => Promise.resolve(globalThis.navigator?.hardwareConcurrency ?? 1),
    help: () =>
      "`await doctor()` of `espalier/browser` says what was found; for WebAssembly `setWasmPaths` of @tensorflow/tfjs-backend-wasm says where its files lie",
  } satisfies Choice);
