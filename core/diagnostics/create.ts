import type { Diagnostic, Fix, Label, Span } from "./diagnostic.js";
import { catalogue, type Code } from "./catalogue/index.js";

/** Everything of a diagnostic but its code, severity and message. */
export interface Details {
  readonly file?: string | undefined;
  readonly label?: string | undefined;
  readonly labels?: readonly Label[] | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly help?: string | undefined;
  readonly fixes?: readonly Fix[] | undefined;
}

/** A diagnostic of the catalogue: the code knows its severity. */
export function diagnostic(
  code: Code,
  message: string,
  span: Span | undefined,
  details: Details = {},
): Diagnostic {
  const { file, label, labels, notes, help, fixes } = details;
  return {
    code,
    severity: catalogue[code].severity,
    message,
    ...(file === undefined ? {} : { file }),
    ...(span === undefined ? {} : { span }),
    ...(label === undefined ? {} : { label }),
    ...(labels === undefined || labels.length === 0 ? {} : { labels }),
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
    ...(help === undefined ? {} : { help }),
    ...(fixes === undefined || fixes.length === 0 ? {} : { fixes }),
  };
}

/** One replacement as a fix. */
export function replace(title: string, span: Span, text: string): Fix {
  return { title, edits: [{ span, text }] };
}
