import { checkJson, checkReport } from "../../compiler/render/check/report.js";
import { compileProgram } from "../../api/compile-program.js";
import { readProgram } from "../read-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

export interface BoundOptions {
  readonly network?: string;
  readonly data?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly epochs?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

export interface CheckCommandOptions extends BoundOptions {
  readonly events?: boolean;
}

/** Says what a program will do before any training: events, amounts, costs, ties, barriers, lints. */
export async function check(
  file: string,
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { json, events, ...bound } = options;
  const text = await readProgram(file, terminal);
  const { result, diagnostics, network } = await compileProgram(text, { ...bound, file, emit: false });
  if (json === true) {
    const facts = checkJson(result, network ?? undefined);
    terminal.out(JSON.stringify({ ...facts, diagnostics: diagnosticsJson(diagnostics, result) }, null, 2));
  } else {
    const failed = hasErrors(diagnostics);
    const said = failed ? diagnostics : diagnostics.filter((one) => !result.diagnostics.includes(one));
    report(said, result, options, terminal);
    const { columns, colors: palette } = terminal;
    if (!failed)
      terminal.out(checkReport(result, { network: network ?? undefined, columns, palette, events }));
  }
  return hasErrors(diagnostics) ? EXIT.failed : EXIT.ok;
}
