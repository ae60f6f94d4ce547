import { releaseAll } from "../runtime/checkpoint/lock.js";

/**
 * The first ctrl-c asks the run to end at a moment it can be resumed from; the second ends the process at once, as it would end
 * without us.
 */
export function interruptible(asked: () => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const ask = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      dispose();
      releaseAll();
      process.kill(process.pid, signal);
      return;
    }
    controller.abort();
    asked();
  };
  const dispose = () => {
    process.off("SIGINT", ask);
    process.off("SIGTERM", ask);
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  return { signal: controller.signal, dispose };
}
