import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import type { Order, Word } from "./process.js";

/** Where the module of the process lies, seen from any folder of `dist`. */
const place = fileURLToPath(new URL("../api/train.js", import.meta.url));

/** A training process that ended without a word: killed, or out of memory. */
export class EndedEarly extends Error {
  /** `how`: "by SIGKILL", "with exit code 1". */
  constructor(readonly how: string) {
    super(`training ended early, ${how}`);
  }
}

/**
 * Trains in a process of its own. Once `signal` aborts, it ends at the next moment that it can go on from.
 * @throws DiagnosticError what ended the run; EndedEarly
 */
export function trainApart(
  order: Order,
  hear: (event: ProgressEvent) => void,
  signal?: AbortSignal,
): Promise<readonly Diagnostic[]> {
  return new Promise((resolve, reject) => {
    // What modules of the user print is none of the output of whoever began it.
    const child = fork(place, { stdio: ["ignore", 2, 2, "ipc"], execArgv: [] });
    const stop = () => void (child.connected && child.disconnect());
    signal?.addEventListener("abort", stop);
    let last: Word | null = null;
    child.on("message", (word: Word) => {
      if ("event" in word) hear(word.event);
      else last = word;
    });
    child.on("error", reject);
    const ended = (code: number | null, killed: NodeJS.Signals | null): void => {
      signal?.removeEventListener("abort", stop);
      const word = last as Word | null;
      if (word !== null && "done" in word) resolve(word.done);
      else if (word !== null && "failed" in word) reject(new DiagnosticError(word.failed));
      else reject(new EndedEarly(killed === null ? `with exit code ${code ?? 0}` : `by ${killed}`));
    };
    child.on("close", ended);
    // Nothing closes where we hung up; whatever was said was heard before.
    child.on("exit", (code, killed) => {
      if (!child.connected) ended(code, killed);
    });
    child.send(order);
  });
}
