import type { Span } from "../diagnostics/diagnostic.js";

/** Parts of a statement that messages point at. */
export type StatementPart =
  | "word"
  | "structure"
  | "selection"
  | "criterion"
  | "scope"
  | "amount"
  | "when"
  | "curve"
  | "manner"
  | "condition"
  | "loss"
  | "augment"
  | "compensating"
  | "to";

/** Where the statement of an IR id stands, kept beside the IR so that equal programs have equal IRs. */
export interface IrSpan {
  readonly span: Span;
  /** Unset for the main text when it has no name. */
  readonly file?: string | undefined;
  /** The smaller places in it, where it has them. */
  readonly parts: ReadonlyMap<StatementPart, Span>;
  /** Calls that led here when the statement lies in a method, innermost first. */
  readonly calls: readonly {
    readonly method: string;
    readonly span: Span;
    readonly file?: string | undefined;
  }[];
}

export type IrSpans = ReadonlyMap<number, IrSpan>;

/** The smallest known place for a message about a part of a statement. */
export function spanOfPart(spans: IrSpans, id: number, part: StatementPart): Span | undefined {
  const place = spans.get(id);
  return place?.parts.get(part) ?? place?.parts.get("word") ?? place?.span;
}
