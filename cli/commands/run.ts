import { basename, relative, resolve } from "node:path";
import { DiagnosticError, noteOf } from "../../core/diagnostics/diagnostic.js";
import type { RunResult } from "../../runtime/index.js";
import { compileProgram } from "../../api/compile-program.js";
import { scriptsOf } from "../../api/javascript.js";
import { aboutOf, givenAtRun, isComplete, runCompiled, runtimeUrl } from "../../api/run-program.js";
import { backendOption } from "../backend-option.js";
import { checkpointIntervalMistakes } from "../checkpoint-interval.js";
import { interruptible } from "../interruptible.js";
import { progress } from "../progress.js";
import { givenProgram } from "../given-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import { resultTable } from "../result-table.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import type { BoundOptions } from "./check.js";

export interface RunCommandOptions extends BoundOptions {
  readonly method?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly restart?: boolean;
  readonly checkpointEvery?: string;
  readonly backend?: string;
  readonly threads?: number;
  readonly log?: string;
  readonly tensorboard?: string;
  readonly quiet?: boolean;
  readonly allowJs?: boolean;
}

/** Trains, prunes and writes the smaller network with its report; ctrl-c leaves a checkpoint to resume from. */
export async function run(
  named: string | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { backend, wrong } = backendOption(options.backend);
  const mistakes = [...wrong, ...checkpointIntervalMistakes(options.checkpointEvery)];
  if (mistakes.length > 0) throw new DiagnosticError(mistakes);
  const { file, text } = await givenProgram(named, options.method, terminal);
  const {
    method: _method,
    out: written,
    resume,
    restart,
    checkpointEvery,
    backend: _,
    threads,
    log,
    tensorboard,
    quiet,
    allowJs,
    json,
    ...bound
  } = options;
  const out = resolve(
    terminal.cwd,
    written ?? `${file === "-" ? "espalier" : basename(file).replace(/\.prune$/, "")}-out`,
  );
  const quietly = quiet === true || json === true;
  const shown = progress(terminal);
  const listening: { dispose(): void }[] = [];
  const listen = (): AbortSignal => {
    const stop = interruptible(() => {
      if (!quietly) shown.say("stopping after this step; ctrl-c again ends at once");
    });
    listening.push(stop);
    return stop.signal;
  };
  const on = { backend, threads };
  const { result, diagnostics, ...found } = await compileProgram(text, {
    ...bound,
    ...on,
    measure: true,
    allowJs,
    file,
    runtimeSpecifier: runtimeUrl(),
    javascriptFrom: givenAtRun,
  });
  const loads = allowJs === true && scriptsOf(result).length > 0;
  const signal = loads ? {} : { signal: listen() };
  const warnings = diagnostics.filter((one) => one.severity !== "error");
  const failed = hasErrors(diagnostics);
  // What was foreseen is said once, where it stands in the program.
  const said = new Set(warnings.map(noteOf));
  try {
    if (!quietly && !failed) report(warnings, result, {}, terminal);
    const { seed, masks, latencyBatch } = bound;
    const finished = await runCompiled(result, diagnostics, {
      ...found.bound,
      ...on,
      out,
      resume,
      restart,
      checkpointEvery,
      log: log && resolve(terminal.cwd, log),
      tensorboard: tensorboard && resolve(terminal.cwd, tensorboard),
      seed,
      masks,
      latencyBatch,
      allowJs,
      ...signal,
      ...(loads && { listen }),
      about: { ...aboutOf(result, bound.set), command: terminal.command },
      onProgress: quietly
        ? undefined
        : (event) => {
            if (event.kind !== "note" || !said.delete(event.text)) shown.on(event);
          },
    });
    shown.end();
    const told = json === true ? { diagnostics: diagnosticsJson(diagnostics, result), out } : null;
    tellResult(finished, told, terminal);
    return EXIT.ok;
  } catch (cause) {
    shown.end();
    if (!(cause instanceof DiagnosticError)) throw cause;
    const fresh = cause.diagnostics.filter((one) => !diagnostics.includes(one));
    report(json === true || failed ? [...diagnostics, ...fresh] : fresh, result, options, terminal);
    return isComplete(cause) ? EXIT.ok : EXIT.failed;
  } finally {
    listening.forEach((stop) => stop.dispose());
  }
}

function tellResult({ report, out }: RunResult, json: object | null, terminal: Terminal): void {
  if (json !== null) return terminal.out(JSON.stringify({ ...json, report }, null, 2));
  const folder = relative(terminal.cwd, out ?? ".");
  const shown = folder === "" ? "." : folder.startsWith("..") ? (out ?? ".") : folder;
  terminal.out(
    `\n${resultTable(report, terminal)}\n\nwrote ${shown}: model.json with its weights, report.json, report.html`,
  );
}
