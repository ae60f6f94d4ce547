/**
 * Waits for what code of the user promised. Where nothing is left in the process that could keep the promise, Node would end without
 * a word; here that is an error.
 */
export function settled<T>(promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new Error("it waits for something that never comes"));
    const done = (): void => void process.off("beforeExit", giveUp);
    process.once("beforeExit", giveUp);
    promise.then(resolve, reject).finally(done);
  });
}
