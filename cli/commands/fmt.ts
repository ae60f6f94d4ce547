import { resolve } from "node:path";
import { format } from "../../grammar/index.js";
import type { JsonDiagnostic } from "../../compiler/render/json.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { readProgram } from "../read-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import { writeFileSafely } from "../../api/out-folder.js";

export interface FmtOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

interface Formatted {
  readonly file: string;
  readonly changed: boolean;
  /** Of standard input, which is not written back. */
  readonly text?: string;
}

/** Formats files in place; `-` formats standard input to standard output. With `check` nothing is written: exit 1 when something would change. */
export async function fmt(
  files: readonly string[],
  options: FmtOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const json = options.json === true;
  const results: Formatted[] = [];
  const mistakes: JsonDiagnostic[] = [];
  for (const file of files) {
    const diagnostics: Diagnostic[] = [];
    const source = await readProgram(file, terminal).catch((cause: unknown) => {
      if (!(cause instanceof DiagnosticError)) throw cause;
      diagnostics.push(...cause.diagnostics);
      return "";
    });
    const formatted = format(source);
    diagnostics.push(...formatted.diagnostics);
    const changed = formatted.text !== source;
    const write = changed && file !== "-" && options.check !== true && !hasErrors(diagnostics);
    const failure = write ? await writeFileSafely(resolve(terminal.cwd, file), formatted.text) : null;
    if (failure !== null) diagnostics.push(diagnostic("P9502", `\`${file}\` cannot be written: ${failure}`));
    if (hasErrors(diagnostics)) {
      const texts = { file, text: source };
      if (!json) report(diagnostics, texts, options, terminal);
      mistakes.push(...diagnosticsJson(diagnostics, texts));
      continue;
    }
    results.push({ file, changed, ...(file === "-" ? { text: formatted.text } : {}) });
    if (json) continue;
    if (file === "-" && options.check !== true) terminal.out(formatted.text);
    else if (changed) terminal.err(`${options.check === true ? "would format" : "formatted"} ${file}\n`);
  }
  if (json) terminal.out(JSON.stringify({ files: results, diagnostics: mistakes }, null, 2));
  const unformatted = options.check === true && results.some((one) => one.changed);
  return mistakes.length > 0 || unformatted ? EXIT.failed : EXIT.ok;
}
