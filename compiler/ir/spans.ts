import type { Span } from "../../grammar/diagnostic.js";

/** Where the statement of an IR id stands, kept beside the IR so that equal programs have equal IRs. */
export interface IrSpan {
  readonly span: Span;
  /** Unset for the main text when it has no name. */
  readonly file?: string | undefined;
  /** Calls that led here when the statement lies in a method, innermost first. */
  readonly calls: readonly {
    readonly method: string;
    readonly span: Span;
    readonly file?: string | undefined;
  }[];
}

export type IrSpans = ReadonlyMap<number, IrSpan>;
