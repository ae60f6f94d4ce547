import { explain as pageOf } from "../../core/diagnostics/explain.js";
import { raise } from "../../core/diagnostics/create.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

/** Prints the page of a diagnostic code. */
export function explain(code: string, options: { readonly json?: boolean }, terminal: Terminal): ExitCode {
  const wanted = code.toUpperCase();
  const page = pageOf(wanted);
  if (page === null)
    return raise("P9503", `there is no diagnostic \`${code}\``, {
      help: "codes are a `P` and four digits, as in P4002",
    });
  terminal.out(options.json === true ? JSON.stringify({ code: wanted, page }) : page);
  return EXIT.ok;
}
