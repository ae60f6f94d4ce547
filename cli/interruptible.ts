/** The first ctrl-c asks the run to end at a moment it can be resumed from; the second ends the process at once. */
export function interruptible(asked: () => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const ask = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    asked();
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  return {
    signal: controller.signal,
    dispose() {
      process.off("SIGINT", ask);
      process.off("SIGTERM", ask);
    },
  };
}
