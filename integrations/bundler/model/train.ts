import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { diagnostic } from "../../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import type { ProgressEvent } from "../../../runtime/run/report/log.js";
import type { Order, Word } from "../../train.js";

/** Where the module of the training process lies, seen from `dist/shared/` as from `dist/integrations/`. */
const place = fileURLToPath(new URL("../integrations/train.js", import.meta.url));

/**
 * Trains in a process of its own.
 * @throws DiagnosticError what ended the run; P9508 when the process ended without a word
 */
export function trainApart(
  order: Order,
  hear: (event: ProgressEvent) => void,
): Promise<readonly Diagnostic[]> {
  return new Promise((resolve, reject) => {
    // What modules of the user print is none of the build's output.
    const child = fork(place, { stdio: ["ignore", 2, 2, "ipc"], execArgv: [] });
    let last: Word | null = null;
    child.on("message", (word: Word) => {
      if ("event" in word) hear(word.event);
      else last = word;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const word = last as Word | null;
      if (word !== null && "done" in word) resolve(word.done);
      else if (word !== null && "failed" in word) reject(new DiagnosticError(word.failed));
      else {
        const how = signal === null ? `with exit code ${code ?? 0}` : `by ${signal}`;
        const help = "build again: training goes on from its last checkpoint";
        reject(new DiagnosticError([diagnostic("P9508", `training ended early, ${how}`, null, { help })]));
      }
    });
    child.send(order);
  });
}
