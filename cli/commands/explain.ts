import { explain as pageOf } from "../../core/diagnostics/explain.js";
import { unknownName } from "../../core/diagnostics/elsewhere.js";
import { raise } from "../../core/diagnostics/create.js";
import { explainable, explainName, explanation } from "../../compiler/render/explain-name.js";
import { flow } from "../../compiler/render/text.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

/** Prints the page of a diagnostic code, or what a standard method, criterion, penalty, curve or a word of the language is. */
export function explain(what: string, options: { readonly json?: boolean }, terminal: Terminal): ExitCode {
  const code = what.toUpperCase();
  const page = pageOf(code);
  const json = options.json === true;
  if (page !== null) {
    terminal.out(json ? JSON.stringify({ code, page }) : flow(page, terminal.columns).join("\n"));
    return EXIT.ok;
  }
  const found = explainName(what);
  if (found.length === 0) {
    const { help } = unknownName(undefined, what, undefined, explainable(), {
      otherwise: "codes are a `P` and four digits, as in P4002; names are those of `std` and of the language",
    });
    return raise("P9503", `there is nothing called \`${what}\` to explain`, { help });
  }
  terminal.out(
    json
      ? JSON.stringify({ names: found })
      : found.map((one) => explanation(one, terminal.columns)).join("\n\n"),
  );
  return EXIT.ok;
}
