import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { runWith, type HostOptions } from "../run-program.js";
import type { ProgramOptions } from "../compile-program.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import type { RunOptions } from "../../runtime/run/host/options.js";

/**
 * A process that trains apart from whoever began it: that one stays awake, its own memory is its own, and a module that changed is
 * read anew. It ends with whoever began it, at a moment it can go on from.
 */

/** What it is told first. */
export interface Order {
  readonly source: string;
  readonly options: ProgramOptions & HostOptions;
  /** What the program has in common with others. */
  readonly shared?: Shared | undefined;
}

/** `program`: what the run is the beginning of, where it is one. */
export type Shared = Pick<RunOptions, "program" | "beginning" | "leaveAt">;

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

process.once("message", async ({ source, options, shared }: Order) => {
  try {
    const onProgress = (event: ProgressEvent) => say({ event });
    const given = { ...options, onProgress, signal: abort.signal };
    const { diagnostics } = await runWith(source, given, shared);
    say({ done: diagnostics });
  } catch (cause) {
    if (cause instanceof DiagnosticError) say({ failed: cause.diagnostics });
    else if (!abort.signal.aborted) throw cause;
  } finally {
    if (process.connected) process.disconnect();
  }
});
