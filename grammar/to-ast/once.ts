import type { Span } from "../../core/diagnostics/diagnostic.js";
import { mistake } from "../mistake.js";
import type { Context } from "./context.js";

/**
 * The one clause of its kind. Clauses come in any order, so the grammar accepts any number; the second is the
 * mistake, and both are named.
 */
export function once<T>(
  found: readonly T[],
  span: (item: T) => Span,
  what: string,
  context: Context,
  help?: string,
): T | undefined {
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const text = (item: T): string => context.text.slice(span(item).start, span(item).end);
    const [one, two] = [text(first), text(second)];
    const short =
      one.length + two.length < 60 && !/[\n\r]/.test(one + two) ? `: \`${one}\` and \`${two}\`` : "";
    const gap = /\s*$/.exec(context.text.slice(0, span(second).start))?.[0].length ?? 0;
    context.report(
      mistake("repeatedClause", span(second), `a statement takes one ${what}${short}`, {
        label: "the second",
        labels: [{ span: span(first), text: "the first" }],
        ...(help !== undefined && { help }),
        fixes: [
          {
            title: "remove the second",
            edits: [{ span: { start: span(second).start - gap, end: span(second).end }, text: "" }],
          },
        ],
      }),
    );
  }
  return first;
}
