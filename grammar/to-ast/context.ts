import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import { mistake } from "../mistake.js";

/** Deeper expressions are refused, so that no later pass can overflow its stack on them. */
export const MAX_EXPRESSION_DEPTH = 200;

/** What tree building needs besides the concrete tree. One per statement: its first error leaves the statement out. */
export interface Context {
  readonly text: string;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Heights of the expressions built so far. */
  readonly heights: WeakMap<object, number>;
}

/** Records the height of a new expression over its operands. */
export function grown<T extends { readonly span: Span }>(
  made: T,
  context: Context,
  operands: readonly object[],
): T {
  const height = 1 + operands.reduce((most, operand) => Math.max(most, context.heights.get(operand) ?? 0), 0);
  context.heights.set(made, height);
  if (height === MAX_EXPRESSION_DEPTH + 1) {
    context.report(
      mistake(
        "tooDeep",
        { start: made.span.start, end: made.span.start + 1 },
        "this expression is nested too deeply",
        {
          help: "declare parts of it as criteria of their own",
        },
      ),
    );
  }
  return made;
}
