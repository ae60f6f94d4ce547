import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { IrSpan } from "../../core/ir/spans.js";
import type { Code } from "../../core/diagnostics/table.js";
import { diagnostic, type Details } from "../../core/diagnostics/create.js";
import { newBudget, type ExprContext, type Vocabulary } from "./expressions/context.js";
import { statementParts } from "./statement-parts.js";
import { sourceText, type Report, type Scope } from "./scope.js";
import type { TimelineNode } from "./state.js";

/** What lowering a clause needs to know of where it stands. */
export interface Place {
  readonly scope: Scope;
  readonly report: Report;
  /** Inside a `repeat`, whose passes move a window-less target. */
  readonly repeated: boolean;
}

/** Hands out statement ids and remembers where each stands. */
export interface Ids {
  readonly spans: Map<number, IrSpan>;
  next(node: TimelineNode): number;
}

export function createIds(): Ids {
  const spans = new Map<number, IrSpan>();
  return {
    spans,
    next(node) {
      const id = spans.size + 1;
      const calls = node.calls.map((call) => ({
        method: call.method.slice(call.method.lastIndexOf(":") + 1),
        span: call.span,
        ...(call.file === undefined ? {} : { file: call.file }),
      }));
      const { file } = node.scope.module;
      spans.set(id, {
        span: node.statement.span,
        ...(file === undefined ? {} : { file }),
        parts: statementParts(node.statement),
        calls,
      });
      return id;
    },
  };
}

/** The context for an expression that stands here. */
export function expressions(place: Place, vocabulary: Vocabulary): ExprContext {
  return { scope: place.scope, report: place.report, vocabulary, stack: [], budget: newBudget() };
}

export function reject(place: Place, code: Code, message: string, span: Span, details: Details = {}): null {
  place.report(diagnostic(code, message, span, { file: place.scope.module.file, ...details }));
  return null;
}

/** The text of a statement as written; of one with a block, its head. */
export function textOf(node: TimelineNode): string {
  const { statement, scope } = node;
  const block = "body" in statement ? statement.body : undefined;
  const span = block === undefined ? statement.span : { start: statement.span.start, end: block.span.start };
  return node.implicit === true ? "train" : sourceText(scope.module, span);
}
