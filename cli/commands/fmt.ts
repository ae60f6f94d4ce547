import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { format } from "../../grammar/index.js";
import { EXIT, type ExitCode } from "../exit.js";
import { readProgram } from "../read-program.js";
import { report } from "../report.js";
import type { Terminal } from "../terminal.js";

export interface FmtOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** Formats files in place; `-` formats standard input to standard output. With `check` nothing is written: exit 1 when something would change. */
export async function fmt(
  files: readonly string[],
  options: FmtOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const results: { file: string; changed: boolean }[] = [];
  let failed = false;
  for (const file of files) {
    const path = file === "-" ? null : resolve(terminal.cwd, file);
    const source =
      path === null ? { text: await readAll(process.stdin), diagnostics: [] } : await readProgram(path, file);
    const formatted = source.text === null ? { text: "", diagnostics: [] } : format(source.text);
    const diagnostics = [...source.diagnostics, ...formatted.diagnostics];
    if (source.text === null || diagnostics.some((d) => d.severity === "error")) {
      report(diagnostics, { file, text: source.text ?? "" }, options, terminal);
      failed = true;
      continue;
    }
    const changed = formatted.text !== source.text;
    results.push({ file, changed });
    if (path === null) terminal.out(formatted.text);
    else if (changed && options.check !== true) await writeFile(path, formatted.text);
  }
  if (options.json === true && !failed) terminal.out(JSON.stringify(results));
  else
    for (const { file, changed } of results)
      if (changed && file !== "-")
        terminal.err(`${options.check === true ? "would format" : "formatted"} ${file}\n`);
  return failed || (options.check === true && results.some((r) => r.changed)) ? EXIT.failed : EXIT.ok;
}
