import { DiagnosticError, type Diagnostic, type Fix, type Label, type Span } from "./diagnostic.js";
import { table, type Code } from "./table.js";

/** Everything of a diagnostic but its code, severity, message and place. */
export interface Details {
  readonly file?: string | undefined;
  readonly label?: string | undefined;
  readonly labels?: readonly Label[] | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly help?: string | undefined;
  readonly fixes?: readonly Fix[] | undefined;
}

/** What a user is told; the table knows the severity. `at` is null outside of any text: a model, data, the command line. */
export function diagnostic(
  code: Code,
  message: string,
  at: Span | null = null,
  details: Details = {},
): Diagnostic {
  const { file, label, labels, notes, help, fixes } = details;
  return {
    code,
    severity: table[code].severity,
    message,
    ...(file === undefined ? {} : { file }),
    ...(at === null ? {} : { span: at }),
    ...(label === undefined ? {} : { label }),
    ...(labels === undefined || labels.length === 0 ? {} : { labels }),
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
    ...(help === undefined ? {} : { help }),
    ...(fixes === undefined || fixes.length === 0 ? {} : { fixes }),
  };
}

/** Ends what is under way with one diagnostic outside of any text. @throws DiagnosticError */
export function raise(code: Code, message: string, details?: Details): never {
  throw new DiagnosticError([diagnostic(code, message, null, details)]);
}

/** One replacement as a fix. */
export function replace(title: string, span: Span, text: string): Fix {
  return { title, edits: [{ span, text }] };
}

/** One insertion as a fix. */
export function insert(title: string, offset: number, text: string): Fix {
  return replace(title, { start: offset, end: offset }, text);
}
