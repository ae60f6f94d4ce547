import type { Statement } from "../../grammar/ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { StatementPart } from "../../core/ir/spans.js";

/** The places inside a statement that later messages point at. */
export function statementParts(statement: Statement): ReadonlyMap<StatementPart, Span> {
  const parts = new Map<StatementPart, Span>([["word", statement.word]]);
  const add = (part: StatementPart, at: { readonly span: Span } | undefined): void => {
    if (at !== undefined) parts.set(part, at.span);
  };
  if ("structure" in statement) add("structure", statement.structure);
  if ("selection" in statement) add("selection", statement.selection);
  if ("criterion" in statement) add("criterion", statement.criterion);
  if ("penalty" in statement) add("criterion", statement.penalty);
  if ("scope" in statement) add("scope", statement.scope);
  if ("amount" in statement) add("amount", statement.amount);
  if ("when" in statement) add("when", statement.when);
  if ("curve" in statement) add("curve", statement.curve);
  if ("options" in statement) add("manner", statement.options.manner);
  if ("condition" in statement) add("condition", statement.condition);
  if ("until" in statement) add("condition", statement.until);
  if ("to" in statement) add("to", statement.to);
  return parts;
}
