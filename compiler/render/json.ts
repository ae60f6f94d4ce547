import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import { Lines } from "./lines.js";

export interface JsonPlace {
  /** Lines and columns count from 1; the end is exclusive. */
  readonly line: number;
  readonly column: number;
}
export interface JsonRange {
  readonly file: string;
  readonly start: JsonPlace;
  readonly end: JsonPlace;
}
export type JsonDiagnostic = Pick<
  Diagnostic,
  "code" | "severity" | "message" | "label" | "notes" | "help" | "fixes"
> & {
  readonly range: JsonRange | null;
  readonly related?: readonly { readonly range: JsonRange; readonly text: string }[];
};

/** Diagnostics for programs to read: plain data with lines and columns. */
export function jsonDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  main: string,
): readonly JsonDiagnostic[] {
  const known = new Map<string, Lines>();
  const range = (span: Span, file: string): JsonRange => {
    const lines = known.get(file) ?? new Lines(texts.get(file) ?? "");
    known.set(file, lines);
    const at = (offset: number): JsonPlace => {
      const { line, column } = lines.place(offset);
      return { line, column: column + 1 };
    };
    return { file, start: at(span.start), end: at(span.end) };
  };
  return diagnostics.map(({ file = main, span, labels, ...rest }) => ({
    ...rest,
    range: span === undefined ? null : range(span, file),
    ...(labels && {
      related: labels.map((one) => ({ range: range(one.span, one.file ?? file), text: one.text })),
    }),
  }));
}
