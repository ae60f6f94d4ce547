import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { DiagnosticError } from "../core/diagnostics/diagnostic.js";
import { run, type HostOptions } from "../api/run-program.js";
import type { ProgramOptions } from "../api/compile-program.js";
import type { ProgressEvent } from "../runtime/run/report/log.js";

/**
 * The process that a build trains in, so that the bundler stays awake, its own memory is its own, and a module that changed is read
 * anew. It ends with whoever began it, at a moment it can go on from.
 */

/** What it is told first. */
export interface Order {
  readonly source: string;
  readonly options: ProgramOptions & HostOptions;
}
/** What it tells. */
export type Word =
  | { readonly event: ProgressEvent }
  | { readonly done: readonly Diagnostic[] }
  | { readonly failed: readonly Diagnostic[] };

const say = (word: Word): void => void process.send?.(word, () => undefined);
const abort = new AbortController();
process.on("disconnect", () => abort.abort());
// ctrl-c in a terminal reaches this process too: whoever began it decides.
process.on("SIGINT", () => undefined);

process.once("message", async ({ source, options }: Order) => {
  try {
    const onProgress = (event: ProgressEvent) => say({ event });
    const { diagnostics } = await run(source, { ...options, onProgress, signal: abort.signal });
    say({ done: diagnostics });
  } catch (cause) {
    if (cause instanceof DiagnosticError) say({ failed: cause.diagnostics });
    else if (!abort.signal.aborted) throw cause;
  } finally {
    if (process.connected) process.disconnect();
  }
});
