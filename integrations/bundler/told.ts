import { renderDiagnostic } from "../../compiler/render/terminal.js";
import { Lines } from "../../compiler/render/lines.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";

/** A diagnostic as bundlers show theirs. */
export interface Told {
  /** "error[P1005]: there is no structure `filers`". */
  readonly message: string;
  /** The lines around it, then why and what to do; ends without a line break. */
  readonly frame: string;
  /** Null outside of any text. */
  readonly place: {
    /** Relative to the working directory. */
    readonly file: string;
    /** From 1. */
    readonly line: number;
    /** From 0, in UTF-16 units. */
    readonly column: number;
    readonly length: number;
    readonly lineText: string;
  } | null;
}

/** The texts that spans mean. */
export interface Texts {
  readonly main: string;
  readonly texts: ReadonlyMap<string, string>;
}

export function told(diagnostic: Diagnostic, { main, texts }: Texts): Told {
  const title = `${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`;
  const rendered = renderDiagnostic(diagnostic, { main, texts, columns: Number.MAX_SAFE_INTEGER });
  const frame = rendered.slice(rendered.indexOf("\n") + 1).trimEnd();
  const { span, file = main } = diagnostic;
  const text = texts.get(file);
  if (span === undefined || text === undefined) return { message: title, frame, place: null };
  const lines = new Lines(text);
  const { line, column } = lines.place(span.start);
  const lineText = lines.line(line);
  const length = Math.max(1, Math.min(span.end - span.start, lineText.length - column));
  return { message: title, frame, place: { file, line, column, length, lineText } };
}
