import { relative } from "node:path";
import { FSWatcher } from "chokidar";
import { raise } from "../core/diagnostics/create.js";
import { DiagnosticError } from "../core/diagnostics/diagnostic.js";
import { report } from "./report.js";
import { EXIT, type ExitCode, type Terminal } from "./terminal.js";

/** What one round came to, and the files that a change of means another round. */
export interface Round {
  readonly code: ExitCode;
  readonly files: readonly string[];
}

/** Changes this soon after one another are one, in milliseconds: editors write a file in several steps. */
const SETTLED = 60;

/**
 * Works again whenever a file that was read changes, vanishes or comes back, until ctrl-c. `named` are the files of the command line:
 * they are watched even where a round ends before it has read them.
 */
export async function watch(
  work: () => Promise<Round>,
  named: readonly string[],
  options: { readonly json?: boolean | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.json === true)
    raise("P9504", "`--watch` has no JSON: it never comes to an end", { help: "leave out one of the two" });
  if (named.includes("-")) raise("P9504", "standard input cannot be watched", { help: "name a file" });
  const watcher = new FSWatcher({ ignoreInitial: true, cwd: terminal.cwd });
  const changed = new Set<string>();
  let wake: (() => void) | null = null;
  watcher.on("all", (_, path) => {
    changed.add(path);
    wake?.();
  });
  watcher.on("error", (cause) =>
    terminal.err(`cannot watch: ${cause instanceof Error ? cause.message : String(cause)}\n`),
  );
  let stopped = false;
  const stop = () => {
    stopped = true;
    wake?.();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    const known = new Set(named);
    watcher.add([...known]);
    for (;;) {
      const { code, files } = await told(work, terminal);
      for (const file of files) known.add(file);
      // Those that vanished are let go, and have to be named again.
      watcher.add([...known]);
      const kept = new Set([...named, ...files].map((file) => relative(terminal.cwd, file) || file));
      terminal.err(
        terminal.colors.dim(`watching ${kept.size} ${kept.size === 1 ? "file" : "files"}; ctrl-c ends\n`),
      );
      while (!stopped && changed.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
        wake = null;
        if (!stopped) await new Promise((resolve) => setTimeout(resolve, SETTLED));
      }
      if (stopped) return code;
      terminal.err(terminal.colors.dim(`\n${[...changed].join(", ")} changed\n`));
      changed.clear();
    }
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    await watcher.close();
  }
}

/** A round that ends early is told as a command that does. */
async function told(work: () => Promise<Round>, terminal: Terminal): Promise<Round> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    report(cause.diagnostics, null, {}, terminal);
    return { code: EXIT.failed, files: [] };
  }
}
