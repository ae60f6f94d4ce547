import { basename, resolve } from "node:path";
import { DiagnosticError } from "../../grammar/diagnostic.js";
import type { BackendName } from "../../runtime/types.js";
import { compileProgram } from "../api/compile-program.js";
import { runCompiled, runtimeUrl } from "../api/run-program.js";
import { commandDiagnostic } from "../codes.js";
import { EXIT, type ExitCode } from "../exit.js";
import { progress } from "../progress.js";
import { readProgram } from "../read-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import { resultTable } from "../result-table.js";
import type { Terminal } from "../terminal.js";
import type { BoundOptions } from "./check.js";

export interface RunCommandOptions extends BoundOptions {
  readonly out?: string;
  readonly resume?: boolean;
  readonly checkpointEvery?: string;
  readonly backend?: string;
  readonly threads?: number;
  readonly quiet?: boolean;
}

const BACKENDS: readonly (BackendName | "auto")[] = ["auto", "node", "wasm", "cpu"];

/** Trains, prunes and writes the smaller network with its report; ctrl-c leaves a checkpoint to resume from. */
export async function run(file: string, options: RunCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const backend = BACKENDS.find((name) => name === (options.backend ?? "auto"));
  if (backend === undefined) {
    report(
      [
        commandDiagnostic(
          "P9504",
          `\`--backend ${options.backend ?? ""}\` is unknown`,
          `one of ${BACKENDS.join(", ")}`,
        ),
      ],
      null,
      options,
      terminal,
    );
    return EXIT.usage;
  }
  const source = await readProgram(file, file);
  if (source.text === null) {
    report(source.diagnostics, null, options, terminal);
    return EXIT.failed;
  }
  const {
    out: outOption,
    resume,
    checkpointEvery,
    backend: _backend,
    threads,
    quiet,
    json,
    ...bound
  } = options;
  const out = resolve(terminal.cwd, outOption ?? `${basename(file).replace(/\.prune$/, "")}-out`);
  const shown = progress(terminal);
  const stop = interruptible();
  const quietly = quiet === true || json === true;
  const compiled = await compileProgram(source.text, { ...bound, file, runtimeSpecifier: runtimeUrl() });
  const { result } = compiled;
  try {
    if (!quietly)
      report(
        compiled.diagnostics.filter((one) => one.severity !== "error"),
        result,
        {},
        terminal,
      );
    const finished = await runCompiled(result, compiled.diagnostics, {
      ...compiled.bound,
      out,
      ...(resume === undefined ? {} : { resume }),
      ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
      ...(threads === undefined ? {} : { threads }),
      ...(bound.seed === undefined ? {} : { seed: bound.seed }),
      ...(bound.batch === undefined ? {} : { batch: bound.batch }),
      backend,
      signal: stop.signal,
      ...(quietly ? {} : { onProgress: shown.on }),
    });
    shown.end();
    if (json === true)
      terminal.out(
        JSON.stringify(
          { diagnostics: diagnosticsJson(compiled.diagnostics, result), out, report: finished.report },
          null,
          2,
        ),
      );
    else
      terminal.out(
        `\n${resultTable(finished.report, terminal)}\n\nwrote ${out}: model.json with its weights, report.json, report.html`,
      );
    return EXIT.ok;
  } catch (cause) {
    shown.end();
    if (!(cause instanceof DiagnosticError)) throw cause;
    const said =
      json === true
        ? [...compiled.diagnostics.filter((d) => !cause.diagnostics.includes(d)), ...cause.diagnostics]
        : cause.diagnostics.filter((d) => quietly || hasErrors([d]) || !compiled.diagnostics.includes(d));
    report(said, result, options, terminal);
    return EXIT.failed;
  } finally {
    stop.dispose();
  }
}

/** The first ctrl-c asks the run to end at a moment it can be resumed from; the second ends the process at once. */
function interruptible(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const ask = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
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
