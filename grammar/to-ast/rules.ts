import type { CstNode } from "chevrotain";
import type * as ast from "../ast.js";
import { amount, when } from "./amounts.js";
import { among, criterion, scope, selection, structure } from "./clauses.js";
import type { Context } from "./context.js";
import { needed, node, nodes, nodeSpan, oneOf, spanOf, theNode, wordIn } from "./cst.js";
import { additive, callLike, expr, moving } from "./expressions.js";
import { once } from "./once.js";
import { gathered, pruneClauses, single } from "./prune.js";

/** Statements that live beside `prune`: regrowth, penalties, gates and the other rules. */
type Made<S extends ast.Statement> = Omit<S, "span" | "word">;

export function regrow(from: CstNode, context: Context): Made<ast.RegrowStatement> {
  const clauses = nodes(from, "regrowClause");
  const one = (name: string, what: string): CstNode | undefined =>
    single(gathered(clauses, name), what, context);
  const kind = node(from, "structure");
  const by = one("by", "`by`");
  const ranking = one("scope", "scope");
  const share = one("amount", "amount");
  const spread = one("allocated", "`allocated`");
  const values = one("startValues", "`with … values`");
  const chosen = selection(gathered(clauses, "selection"), context);
  const due = when(gathered(clauses, "when"), context);
  const random = once(
    clauses.filter((clause) => wordIn(clause, "random") ?? node(clause, "by")),
    nodeSpan,
    "`random` or `by`",
    context,
  );
  const dropped = once(
    clauses.filter((clause) => wordIn(clause, "including")),
    nodeSpan,
    "`including dropped`",
    context,
  );
  return {
    kind: "regrow",
    ...(kind && { structure: structure(kind, context) }),
    random: random !== undefined && wordIn(random, "random") !== undefined,
    ...(by && { criterion: criterion(by, context) }),
    ...(chosen && { selection: chosen }),
    ...(ranking && { scope: scope(ranking, context) }),
    ...(share && { amount: amount(share, context) }),
    ...(due && { when: due }),
    ...(spread && { allocated: allocated(spread, context) }),
    ...(values && {
      values: {
        name: needed(oneOf(values, ["zero", "fresh", "start", "last"]), values, "word").word,
        span: nodeSpan(values),
      },
    }),
    ...(dropped && { includingDropped: { span: nodeSpan(dropped) } }),
  };
}

function allocated(from: CstNode, context: Context): NonNullable<ast.RegrowStatement["allocated"]> {
  const by = node(from, "expr");
  return { by: by === undefined ? "evenly" : expr(by, context), span: nodeSpan(from) };
}

/** Clauses shared by the rules below, each at most once. */
function common(
  from: CstNode,
  context: Context,
): { readonly selection?: ast.Selection; readonly when?: ast.When } {
  const wrappers = [from, ...nodes(from, "place")];
  const chosen = selection(gathered(wrappers, "selection"), context);
  const due = when(gathered(wrappers, "when"), context);
  return { ...(chosen && { selection: chosen }), ...(due && { when: due }) };
}

function scored(from: CstNode, context: Context): ast.Criterion | undefined {
  const by = single(nodes(from, "by"), "`by`", context);
  return by && criterion(by, context);
}

function strength(from: CstNode, context: Context): { readonly strength?: ast.Expr } {
  const found = single(nodes(from, "strength"), "`strength`", context);
  return found === undefined ? {} : { strength: moving(theNode(found, "moving"), context) };
}

export function restore(from: CstNode, context: Context): Made<ast.RestoreStatement> {
  const by = scored(from, context);
  const above = single(nodes(from, "floor"), "`above`", context);
  return {
    kind: "restore",
    structure: structure(theNode(from, "structure"), context),
    ...(by && { criterion: by }),
    ...(above && { above: additive(theNode(above, "additive"), context) }),
    ...common(from, context),
  };
}

export function penalize(from: CstNode, context: Context): Made<ast.PenalizeStatement> {
  const by = scored(from, context);
  const part = single(nodes(from, "among"), "`among`", context);
  return {
    kind: "penalize",
    structure: structure(theNode(from, "structure"), context),
    ...(by && { penalty: by }),
    ...(part && { among: among(theNode(part, "amongClause"), context, nodeSpan(part)) }),
    ...strength(from, context),
    ...common(from, context),
  };
}

export function learn(from: CstNode, context: Context): Made<ast.LearnStatement> {
  const gate = single(nodes(from, "gate"), "`by`", context);
  const ranking = single(nodes(from, "scope"), "scope", context);
  const share = single(nodes(from, "amount"), "amount", context);
  return {
    kind: "learn",
    structure: structure(theNode(from, "structure"), context),
    ...(gate && { gate: callLike(theNode(gate, "callLike"), context) }),
    ...(ranking && { scope: scope(ranking, context) }),
    ...(share && { amount: amount(share, context) }),
    ...strength(from, context),
    ...common(from, context),
  };
}

export const freeze = (from: CstNode, context: Context): Made<ast.FreezeStatement> => ({
  kind: "freeze",
  structure: structure(theNode(from, "structure"), context),
  ...common(from, context),
});

export function update(from: CstNode, context: Context): Made<ast.UpdateStatement> {
  const part = theNode(from, "amongClause");
  return { kind: "update", among: among(part, context, nodeSpan(part)), ...common(from, context) };
}

export function pull(from: CstNode, context: Context): Made<ast.PullStatement> {
  const due = when(nodes(from, "when"), context);
  return {
    kind: "pull",
    toward: pruneClauses(nodes(from, "clause"), context),
    ...strength(from, context),
    ...(due && { when: due }),
  };
}

const REWOUND = ["weights", "rate", "optimizer", "masks", "gates"] as const;

export const rewound = (from: CstNode): ast.RewindStatement["what"] =>
  nodes(from, "rewound").map((part) => {
    const { word, token } = needed(oneOf(part, REWOUND), part, "word");
    return { name: word, span: spanOf(token) };
  });
