import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { Program } from "./ast.js";
import { parse } from "./parse.js";
import { Comments, statements } from "./print/layout.js";

/**
 * The canonical text of a program: one statement a line, clauses in the order of the reference, two spaces a block.
 * With the source it was parsed from, blank lines between statements are kept.
 */
export function print(program: Program, source?: string): string {
  const comments = new Comments(program.comments, source);
  const lines = statements(program.statements, Infinity, "", comments);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

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
