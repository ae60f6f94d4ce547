import type { Label } from "../../core/diagnostics/diagnostic.js";
import type { Code } from "../../core/diagnostics/table.js";
import { diagnostic, type Details } from "../../core/diagnostics/create.js";
import { spanOfPart, type StatementPart } from "../../core/ir/spans.js";
import type { FrontState } from "./state.js";

/** Reports a mistake at a part of the statement with this id; calls that led there become labels. */
export function reportAt(
  state: FrontState,
  id: number,
  part: StatementPart,
  code: Code,
  message: string,
  details: Details = {},
): void {
  const { file, calls = [] } = state.spans.get(id) ?? {};
  const called = calls.map(({ span, file }): Label => ({ span, text: "called here", file }));
  const labels = [...(details.labels ?? []), ...called];
  state.report(diagnostic(code, message, spanOfPart(state.spans, id, part), { file, ...details, labels }));
}

/** A label at the statement word of an id. */
export function labelAt(state: FrontState, id: number, text: string): readonly Label[] {
  const span = spanOfPart(state.spans, id, "word");
  return span === undefined ? [] : [{ span, text, file: state.spans.get(id)?.file }];
}
