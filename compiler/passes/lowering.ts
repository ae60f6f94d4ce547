import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { Statement } from "../../grammar/ast.js";
import type { IrSpan, StatementPart } from "../../core/ir/spans.js";
import type { LearnIr } from "../../core/ir/types.js";
import type { Code } from "../../core/diagnostics/table.js";
import { diagnostic, type Details } from "../../core/diagnostics/create.js";
import { newBudget, type ExprContext, type Vocabulary } from "./expressions/context.js";
import { sourceText } from "./scope.js";
import type { TimelineNode } from "./state.js";

/** Where a mistake is told of: the names in scope there, and the text that they stand in. */
export type Where = Pick<ExprContext, "scope" | "report">;

/** What lowering a clause needs to know of where it stands. */
export interface Place extends Where {
  /** Inside a `repeat`, whose passes move a window-less target. */
  readonly repeated: boolean;
  /** The masks that statements above learn and nothing has made part of the weights since; null for a mistaken one. */
  readonly learned: readonly (Learned | null)[];
}

/** Masks that a statement learns. */
export type Learned = Pick<LearnIr, "structure" | "in" | "except" | "where" | "gate">;

/** Hands out statement ids and remembers where each stands. */
export interface Ids {
  readonly spans: Map<number, IrSpan>;
  next(node: TimelineNode): number;
}

export function createIds(): Ids {
  const spans = new Map<number, IrSpan>();
  return {
    spans,
    next({ statement, scope, calls }) {
      const id = spans.size + 1;
      spans.set(id, {
        span: statement.span,
        file: scope.module.file,
        parts: partsOf(statement),
        calls: calls.map((call) => ({
          method: call.statement.name.text,
          span: call.statement.span,
          file: call.scope.module.file,
        })),
      });
      return id;
    },
  };
}

/** The fields of statements that are parts to point at. */
const partOf = {
  structure: "structure",
  selection: "selection",
  criterion: "criterion",
  penalty: "criterion",
  scope: "scope",
  amount: "amount",
  when: "when",
  curve: "curve",
  condition: "condition",
  while: "condition",
  keeping: "condition",
  until: "condition",
  loss: "loss",
  augment: "augment",
  to: "to",
} as const;

/** The places inside a statement that later messages point at. */
function partsOf(statement: Statement): ReadonlyMap<StatementPart, Span> {
  const parts = new Map<StatementPart, Span>([["word", statement.word]]);
  const held = statement as { readonly [F in keyof typeof partOf]?: { readonly span: Span } };
  for (const [field, part] of Object.entries(partOf)) {
    const value = held[field as keyof typeof partOf];
    if (value !== undefined) parts.set(part, value.span);
  }
  if (statement.kind === "prune" && statement.options.manner !== undefined)
    parts.set("manner", statement.options.manner.span);
  if (statement.kind === "pull")
    for (const part of ["selection", "criterion", "amount", "scope"] as const) {
      const value = statement.toward[part];
      if (value !== undefined) parts.set(part, value.span);
    }
  if (statement.kind === "prune" && statement.options.compensating !== undefined)
    parts.set("compensating", statement.options.compensating.span);
  return parts;
}

/** The context for an expression that stands here. */
export function expressions({ scope, report }: Where, vocabulary: Vocabulary): ExprContext {
  return { scope, report, vocabulary, stack: [], budget: newBudget() };
}

/** Reports a mistake in the text of a place, and gives null. */
export function reject(
  { scope, report }: Where,
  code: Code,
  message: string,
  span: Span,
  details: Details = {},
): null {
  report(diagnostic(code, message, span, { file: scope.module.file, ...details }));
  return null;
}

/** The text of a statement as written; of one with a block, its head. */
export function textOf({ statement, scope, implicit }: TimelineNode): string {
  const block = "body" in statement ? statement.body : undefined;
  const { start, end } = statement.span;
  return implicit ? "train" : sourceText(scope.module, { start, end: block?.span.start ?? end });
}

/** Of a statement, what its clauses say: what it is called by is told where it gets its id. */
export type Lowered<S> = Omit<S, "kind" | "id" | "text">;

type Fields = object | null | undefined;
type Given<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: NonNullable<T[K]>;
} & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: NonNullable<T[K]> };
type Whole<P> = P extends readonly [infer First, ...infer Rest]
  ? Given<NonNullable<First>> & Whole<Rest>
  : unknown;

/**
 * Clauses put together, in this order. Null where one of them, or a field of one, is null, since a mistake in it was reported; what
 * nobody wrote (undefined) is left out.
 */
export function whole<P extends readonly Fields[]>(...parts: P): Whole<P> | null {
  if (parts.includes(null)) return null;
  const fields = parts
    .flatMap((part) => Object.entries(part ?? {}))
    .filter(([, value]) => value !== undefined);
  return fields.some(([, value]) => value === null) ? null : (Object.fromEntries(fields) as Whole<P>);
}
