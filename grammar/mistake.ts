import { SYNTAX_CODES, type SyntaxMistake } from "./codes.js";
import type { Diagnostic, Fix, Span } from "../core/diagnostics/diagnostic.js";

export type Details = Partial<Pick<Diagnostic, "label" | "labels" | "notes" | "help" | "fixes">>;

/** A diagnostic of the grammar. */
export function mistake(kind: SyntaxMistake, span: Span, message: string, details: Details = {}): Diagnostic {
  const { code, severity } = SYNTAX_CODES[kind];
  return { code, severity, message, span, ...details };
}

export const replacing = (title: string, span: Span, text: string): Fix => ({
  title,
  edits: [{ span, text }],
});

export const inserting = (title: string, offset: number, text: string): Fix =>
  replacing(title, { start: offset, end: offset }, text);
