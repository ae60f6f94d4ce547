import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { parse } from "./parse.js";
import { print } from "./print.js";

export interface Formatted {
  readonly text: string;
  readonly diagnostics: Diagnostic[];
}

/** The canonical form of a text, or the text as it is when it does not parse. */
export function format(text: string): Formatted {
  const { program, diagnostics } = parse(text);
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { text, diagnostics };
  return { text: print(program, text), diagnostics };
}
