import type { Code } from "./table.js";

/** A place in one source text: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A replacement an editor can apply. An empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Fix {
  /** What the edits do, as an imperative: "join the number and `%`". */
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** A second place that explains the first. `file` is set when it lies in another text. */
export interface Label {
  readonly span: Span;
  readonly text: string;
  readonly file?: string | undefined;
}

export type Severity = "error" | "warning" | "info";

/**
 * What a user is told. Plain data: renderers know nothing of passes, passes nothing of terminals.
 * Wording: lowercase, no final stop, smallest span; `message` says what is wrong, `label` (shown under the
 * span) and `notes` say why, `help` what to do. One mistake gives one error.
 */
export interface Diagnostic {
  /** `P` and four digits; every code has a page under docs/errors. */
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  /** The text the span lies in; unset for the main file. */
  readonly file?: string | undefined;
  /** Unset for mistakes outside any text (a model, a data file, the command line). */
  readonly span?: Span;
  /** Of what ended a run, which knows no text: the id of the statement under way. */
  readonly statement?: number;
  readonly label?: string;
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  readonly help?: string;
  readonly fixes?: readonly Fix[];
}

/** Carries diagnostics across a call stack to the one place that renders them. Never a bug report. */
export class DiagnosticError extends Error {
  override readonly name = "DiagnosticError";
  /** `result`: what a run came to that a `require` ended, a `RunResult`. */
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly result?: unknown,
  ) {
    super(diagnostics.map((d) => `${d.severity}[${d.code}]: ${d.message}`).join("\n"));
  }

  /** The same with every diagnostic made another. */
  map(change: (diagnostic: Diagnostic) => Diagnostic): DiagnosticError {
    return new DiagnosticError(this.diagnostics.map(change), this.result);
  }
}

/** A diagnostic as the log of a run has it. */
export const noteOf = ({ code, message }: Diagnostic): string => `${message} (${code})`;
