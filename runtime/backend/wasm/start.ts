import { tf } from "../tf.js";

/** Starts the WebAssembly backend in a process of Node. */
export async function startInNode(threads: number): Promise<void> {
  const release = holdHandlers();
  if (threads > 1) await (await import("./threads.js")).startThreaded(threads);
  else if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend did not start");
  release();
}

/** The build rethrows whatever the process does not catch. That is the program's business: its handlers go again. */
function holdHandlers(): () => void {
  const exceptions = new Set(process.listeners("uncaughtException"));
  const rejections = new Set(process.listeners("unhandledRejection"));
  return () => {
    for (const handler of process.listeners("uncaughtException")) {
      if (!exceptions.has(handler)) process.removeListener("uncaughtException", handler);
    }
    for (const handler of process.listeners("unhandledRejection")) {
      if (!rejections.has(handler)) process.removeListener("unhandledRejection", handler);
    }
  };
}
