import { machineBackends } from "../types.js";
import { chooseBackend, isInstalled, type Choice } from "./choose.js";
import type { NativeHost } from "./node/verdict.js";
import type { Backend, BackendOptions } from "./types.js";

export { isInstalled } from "./choose.js";
export { layers, tf } from "./tf.js";
export type * from "./types.js";

/**
 * `chooseBackend` in a process of Node. `native` stands for this machine where tfjs-node is judged: tests put their own in.
 */
export const openBackend = (options: BackendOptions = {}, native?: NativeHost): Promise<Backend> =>
  chooseBackend(options, { ...here, open: { ...here.open, node: () => openNode(native) } });

const openNode = async (native?: NativeHost) => (await import("./node/open.js")).openNode(native);

const here: Choice = {
  open: {
    node: () => openNode(),
    async wasm(threads) {
      const { openWasm } = await import("./wasm/open.js");
      return openWasm(threads, async () => (await import("./wasm/start.js")).startInNode(threads));
    },
    cpu: async () => (await import("./cpu/open.js")).openCpu(),
    webgl: async () => (await import("./gpu/open.js")).openRegistered("webgl"),
    webgpu: async () => (await import("./gpu/open.js")).openRegistered("webgpu"),
  },
  order: machineBackends,
  // A network that needs a kernel which is wrong here is refused when it is built.
  wantsAllRight: false,
  processors: async () => (await import("node:os")).availableParallelism(),
  help: (asked, skipped) =>
    asked === "node" && !skipped.some(isInstalled)
      ? "run `npx espalier setup-native`, or choose backend wasm"
      : "run `espalier doctor`, which tries again and says what was found, or choose another backend",
};
