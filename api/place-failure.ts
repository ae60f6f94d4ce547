import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { CompileResult } from "../compiler/compile.js";
import type { IrSpan } from "../core/ir/spans.js";
import type { Place } from "../runtime/run/host/failure-place.js";

/** Adds to diagnostics of a run, which know no text, the statement at which the run ended. */
export function placeFailure(
  diagnostics: readonly Diagnostic[],
  place: Place | null,
  result: CompileResult,
): readonly Diagnostic[] {
  const found = place === null ? null : statementAt(place, result);
  if (found === null) return diagnostics;
  const { span, file } = found;
  return diagnostics.map((one) =>
    one.span !== undefined || one.severity === "warning"
      ? one
      : { ...one, span, ...(file === undefined || file === result.main ? {} : { file }) },
  );
}

/** The smallest statement that holds the place. */
function statementAt({ source, line, column }: Place, { spans, texts, main }: CompileResult): IrSpan | null {
  let found: IrSpan | null = null;
  for (const one of spans.values()) {
    const file = one.file ?? main;
    if (file !== source && !file.endsWith(`/${source}`)) continue;
    const at = offsetOf(texts.get(file) ?? "", line, column);
    const { start, end } = one.span;
    if (at < start || at >= end) continue;
    if (found === null || end - start < found.span.end - found.span.start) found = one;
  }
  return found;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf("\n", start);
    if (next < 0) return -1;
    start = next + 1;
  }
  return start + column - 1;
}
