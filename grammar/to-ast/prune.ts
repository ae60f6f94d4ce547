import type { CstNode } from "chevrotain";
import type * as ast from "../ast.js";
import { amount, options, when } from "./amounts.js";
import { criterion, members, normalized, scope, selection, structure } from "./clauses.js";
import type { Context } from "./context.js";
import { nodes, nodeSpan, theNode } from "./cst.js";
import { curve } from "./expressions.js";
import { once } from "./once.js";

/** All clause nodes of a kind, whatever wrapper each stands in. */
export const gathered = (wrappers: readonly CstNode[], name: string): CstNode[] =>
  wrappers.flatMap((wrapper) => nodes(wrapper, name));

export const single = (found: readonly CstNode[], what: string, context: Context): CstNode | undefined =>
  once(found, nodeSpan, what, context);

/** The clauses of a prune, or of the projection in `pull`. */
export function pruneClauses(clauses: readonly CstNode[], context: Context): ast.PruneClauses {
  const one = (name: string, what: string): CstNode | undefined =>
    single(gathered(clauses, name), what, context);
  const chosen = selection(gathered(clauses, "selection"), context);
  const by = one("by", "`by`");
  const norm = one("normalized", "`normalized by`");
  const memberRule = one("members", "`members`");
  const ranking = one("scope", "scope");
  const share = one("amount", "amount");
  const due = when(gathered(clauses, "when"), context);
  const shape = one("curve", "curve");
  const moved = withCurve(share && amount(share, context), shape && curve(shape, context), context);
  return {
    ...(chosen && { selection: chosen }),
    ...(by && { criterion: criterion(by, context) }),
    ...(norm && { normalized: normalized(norm) }),
    ...(memberRule && { members: members(memberRule) }),
    ...(ranking && { scope: scope(ranking, context) }),
    ...(due && { when: due }),
    ...moved,
    options: options(gathered(clauses, "pruneOption"), context),
  };
}

/** `cosine … 30% -> 0%` and `30% -> 0% cosine` are one thing: the curve goes to the value that moves. */
function withCurve(
  share: ast.Amount | undefined,
  shape: ast.Curve | undefined,
  context: Context,
): Pick<ast.PruneClauses, "amount" | "curve"> {
  if (shape === undefined) return share === undefined ? {} : { amount: share };
  if (share?.kind !== "drop" || share.value.kind !== "moving")
    return { ...(share && { amount: share }), curve: shape };
  const own = share.value.curve;
  if (own !== undefined) once([own, shape], (item) => item.span, "curve", context);
  return { amount: { ...share, value: { ...share.value, curve: own ?? shape } } };
}

export function prune(from: CstNode, context: Context): Omit<ast.PruneStatement, "span" | "word"> {
  return {
    kind: "prune",
    structure: structure(theNode(from, "structure"), context),
    ...pruneClauses(nodes(from, "clause"), context),
  };
}
