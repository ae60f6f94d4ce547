import { version } from "../compiler/version.js";
import { diagnostic } from "../core/diagnostics/create.js";
import { diagnosticsJson } from "./report.js";
import type { Terminal } from "./terminal.js";

/** What is said when something throws that should not: it is our mistake, and how to report it. */
export function tellBug(cause: unknown, json: boolean, terminal: Terminal): void {
  const what = cause instanceof Error ? cause.message : String(cause);
  const traced = process.env["ESPALIER_DEBUG"] !== undefined && cause instanceof Error;
  const trace = traced ? `\n${cause.stack ?? ""}\n` : "";
  const message = `espalier ${version} made a mistake of its own: ${what}`;
  const help = "please report it with the program and the network; ESPALIER_DEBUG=1 prints where it happened";
  if (json) tellJson("P9507", message, help, terminal);
  else terminal.err(`${message}\n${trace}${help[0]?.toUpperCase()}${help.slice(1)}.\n`);
}

/** A mistake on the command line, as JSON; `text` is what the parser of the command line said of it. */
export function tellUsage(text: string, terminal: Terminal): void {
  const [first = "", ...rest] = text.trim().split("\n");
  const help = rest.join(" ").replace(/^\(|\)$/g, "");
  const message = first.replace(/^error: /, "").replace(" is invalid. ", " is invalid: ");
  tellJson("P9504", message, help === "" ? undefined : lowered(help), terminal);
}

function tellJson(
  code: "P9504" | "P9507",
  message: string,
  help: string | undefined,
  terminal: Terminal,
): void {
  const diagnostics = diagnosticsJson([diagnostic(code, message, null, { help })], null);
  terminal.out(JSON.stringify({ diagnostics }, null, 2));
}

const lowered = (text: string): string => `${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`;
