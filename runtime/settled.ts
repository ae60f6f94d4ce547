/**
 * Waits for what code of the user promised. Where nothing is left in the process that could keep the promise, Node would end without
 * a word; here that is an error, and so is a promise that is not kept within `seconds`, where they are given. A page never ends by itself.
 * Code that never gives the process back, a loop without end, is beyond both.
 */
export function settled<T>(promise: Promise<T>, seconds?: number): Promise<T> {
  const process: NodeJS.Process | undefined = globalThis.process;
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new Error("it waits for something that never comes"));
    const limit =
      seconds === undefined
        ? undefined
        : setTimeout(() => reject(new Error(`it was waited for ${seconds} seconds`)), 1000 * seconds);
    // Nobody is kept waiting where nothing is left to wait for.
    if (typeof limit === "object") limit.unref();
    const done = (): void => {
      process?.off("beforeExit", giveUp);
      clearTimeout(limit);
    };
    process?.once("beforeExit", giveUp);
    promise.then(resolve, reject).finally(done);
  });
}
