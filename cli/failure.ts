import { version } from "../compiler/version.js";
import { diagnostic } from "../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import { report } from "./report.js";
import { EXIT, type ExitCode, type Terminal } from "./terminal.js";

const isUsage = ({ code }: Diagnostic): boolean => code === "P9503" || code === "P9504";

/** Says why a command ended early. What throws and should not is our mistake: how to report it. */
export function tellFailure(cause: unknown, json: boolean, terminal: Terminal): ExitCode {
  if (cause instanceof DiagnosticError) {
    report(cause.diagnostics, null, { json }, terminal);
    return cause.diagnostics.some(isUsage) ? EXIT.usage : EXIT.failed;
  }
  const what = cause instanceof Error ? cause.message : String(cause);
  const traced = process.env["ESPALIER_DEBUG"] !== undefined && cause instanceof Error;
  const trace = traced ? `\n${cause.stack ?? ""}\n` : "";
  const message = `espalier ${version} made a mistake of its own: ${what}`;
  const help = "please report it with the program and the network; ESPALIER_DEBUG=1 prints where it happened";
  if (json) report([diagnostic("P9507", message, null, { help })], null, { json }, terminal);
  else terminal.err(`${message}\n${trace}${help[0]?.toUpperCase()}${help.slice(1)}.\n`);
  return EXIT.failed;
}

/** A mistake on the command line, as JSON; `text` is what the parser of the command line said of it. */
export function tellUsage(text: string, terminal: Terminal): void {
  const [first = "", ...rest] = text.trim().split("\n");
  const help = rest.join(" ").replace(/^\(|\)$/g, "");
  const message = first.replace(/^error: /, "").replace(" is invalid. ", " is invalid: ");
  const details = { help: help === "" ? undefined : help.replace(/^./, (letter) => letter.toLowerCase()) };
  report([diagnostic("P9504", message, null, details)], null, { json: true }, terminal);
}
