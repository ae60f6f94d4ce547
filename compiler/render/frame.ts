import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { Lines } from "./lines.js";
import { cut, safe, width } from "./text.js";

/** A line of a text as shown, and the part of it that is meant. */
export interface Frame {
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly text: string;
  /** Columns before the marked part, and how wide it is (at least 1). */
  readonly before: number;
  readonly marked: number;
}

const tab = "    ";
const shown = (text: string) => safe(text).replaceAll("\t", tab);

/** The first line of a span; lines wider than `columns` are cut to a piece that holds the marked part. */
export function frameOf(span: Span, lines: Lines, columns: number): Frame {
  const { line, column } = lines.place(span.start);
  const text = lines.line(line);
  const end = Math.min(text.length, column + Math.max(0, span.end - span.start));
  const before = shown(text.slice(0, column));
  const marked = shown(text.slice(column, end));
  const after = shown(text.slice(end));
  const frame = { line, column: column + 1, marked: Math.max(1, width(marked)) };
  const whole = before + marked + after;
  if (width(whole) <= columns) return { ...frame, text: whole, before: width(before) };
  const room = Math.max(0, columns - Math.min(frame.marked, columns) - 2);
  const kept = tail(before, Math.floor(room / 2));
  const head = kept.length < before.length ? `…${kept}` : kept;
  return {
    ...frame,
    text: cut(head + marked + after, columns),
    before: width(head),
    marked: Math.max(1, Math.min(frame.marked, columns - width(head))),
  };
}

/** The last so many columns of a text. */
function tail(text: string, columns: number): string {
  const characters = [...text];
  let kept = "";
  while (characters.length > 0) {
    const next = (characters.pop() ?? "") + kept;
    if (width(next) > columns) break;
    kept = next;
  }
  return kept;
}
