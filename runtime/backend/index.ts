import { raise } from "../../core/diagnostics/create.js";
import { counted } from "../../core/ir/words.js";
import { machineBackends, type BackendName } from "../types.js";
import { selfCheck, type SelfCheck } from "./check/self-check.js";
import type { NativeHost } from "./node/verdict.js";
import type { Backend, BackendOptions, OpenedBackend, SkippedBackend } from "./types.js";

export { layers, tf } from "./tf.js";
export type * from "./types.js";

/** Every pack is loaded on demand: a browser never sees the one for Node. */
const OPEN: Readonly<Record<BackendName, (threads: number, native?: NativeHost) => Promise<OpenedBackend>>> =
  {
    node: async (_threads, native) => (await import("./node/open.js")).openNode(native),
    wasm: async (threads) => (await import("./wasm/open.js")).openWasm(threads),
    cpu: async () => (await import("./cpu/open.js")).openCpu(),
    webgl: async () => (await import("./open-registered.js")).openRegistered("webgl"),
    webgpu: async () => (await import("./open-registered.js")).openRegistered("webgpu"),
  };

/**
 * Opens the fastest backend there is (or the one asked for), makes it the current one of tfjs and checks its training
 * kernels. Throws a DiagnosticError (P7301) when the one asked for does not open. `native` stands for this machine where tfjs-node is
 * judged: tests put their own in.
 */
export async function openBackend(options: BackendOptions = {}, native?: NativeHost): Promise<Backend> {
  const { backend = "auto", threads = 1 } = options;
  await checkThreads(threads);
  const skipped: SkippedBackend[] = [];
  for (const name of backend === "auto" ? machineBackends : [backend]) {
    try {
      const opened = await OPEN[name](threads, native);
      const notes = skipped
        .filter(isInstalled)
        .map((one) => `backend ${one.name} does not open: ${one.reason}`);
      return {
        ...opened,
        ...(await checked(opened)),
        skipped,
        notes: [...(opened.notes ?? []), ...notes, ...idleThreads(options, name)],
      };
    } catch (error) {
      skipped.push({ name, reason: reasonOf(error) });
    }
  }
  const message =
    backend === "auto" ? "no backend of TensorFlow.js opens here" : `backend ${backend} does not open`;
  raise("P7301", message, {
    notes: skipped.map(({ name, reason }) => `${name}: ${reason}`),
    help:
      backend === "node" && !skipped.some(isInstalled)
        ? "run `npx espalier setup-native`, or choose backend wasm"
        : "run `espalier doctor`, which tries again and says what was found, or choose another backend",
  });
}

/** Threads that only the wasm backend has. */
const idleThreads = ({ threads }: BackendOptions, name: BackendName): readonly string[] =>
  threads === undefined || name === "wasm"
    ? []
    : [`\`--threads ${threads}\` does nothing: the ${name} backend takes no notice of it`];

/** More threads than processors wait for each other: one pass may take fifty times as long. */
async function checkThreads(threads: number): Promise<void> {
  if (threads <= 1 || typeof process === "undefined") return;
  const { availableParallelism } = await import("node:os");
  const most = availableParallelism();
  if (threads > most)
    raise("P7010", `\`--threads ${threads}\` is more than this machine has: ${counted(most, "processors")}`, {
      help: `write \`--threads ${most}\` at most`,
    });
}

const NOT_INSTALLED = "not installed";
export const isInstalled = ({ reason }: SkippedBackend): boolean => reason !== NOT_INSTALLED;

const results = new Map<BackendName, Promise<SelfCheck>>();

/** Kernels are registered once for a process, so they are checked once. */
function checked(opened: OpenedBackend): Promise<SelfCheck> {
  const known = results.get(opened.name) ?? selfCheck(opened.ops);
  results.set(opened.name, known);
  return known;
}

/** The first line of what was thrown: the rest is a list of module paths. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") return NOT_INSTALLED;
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
