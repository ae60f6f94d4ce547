import { explain as pageOf } from "../../core/diagnostics/explain.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { EXIT, type ExitCode } from "../exit.js";
import { report } from "../report.js";
import type { Terminal } from "../terminal.js";

/** Prints the page of a diagnostic code. */
export function explain(code: string, options: { readonly json?: boolean }, terminal: Terminal): ExitCode {
  const wanted = code.toUpperCase();
  const page = pageOf(wanted);
  if (page === null) {
    const help = "codes are a `P` and four digits, as in P4002";
    report(
      [diagnostic("P9503", `there is no diagnostic \`${code}\``, null, { help })],
      null,
      options,
      terminal,
    );
    return EXIT.usage;
  }
  terminal.out(options.json === true ? JSON.stringify({ code: wanted, page }) : page);
  return EXIT.ok;
}
