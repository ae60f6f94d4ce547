import type { CstNode } from "chevrotain";
import type * as ast from "../ast.js";
import { needUnit } from "./amounts.js";
import { selection } from "./clauses.js";
import type { Context } from "./context.js";
import { needed, node, nodes, nodeSpan, oneOf, theNode, theToken, token, wordIn } from "./cst.js";
import { additive, callLike, expr, nameOf, oneUnit, range } from "./expressions.js";
import { once } from "./once.js";
import { methodName, parameters } from "./steps.js";

type Made<S extends ast.Statement> = Omit<S, "span" | "word">;
/** Reads a block with a context of its own: mistakes inside leave out inner statements only. */
export type ReadBlock = (block: CstNode) => ast.Block;

/** What the one clause of a kind holds. */
function clauseOf(
  clauses: readonly CstNode[],
  name: string,
  what: string,
  context: Context,
): CstNode | undefined {
  const found = once(
    clauses.filter((clause) => node(clause, name)),
    nodeSpan,
    what,
    context,
  );
  return found && node(found, name);
}

export function train(from: CstNode, context: Context, read: ReadBlock): Made<ast.TrainStatement> {
  const clauses = nodes(from, "trainClause");
  const one = (name: string, what: string): CstNode | undefined => clauseOf(clauses, name, what, context);
  const length = additive(theNode(from, "length"), context);
  needUnit(length, context);
  const batch = one("additive", "`batch`");
  const optimizer = one("callLike", "`with`");
  const loss = one("loss", "`minimizing`");
  const until = one("until", "`until`");
  const body = node(from, "block");
  return {
    kind: "train",
    finetune: wordIn(from, "finetune") !== undefined,
    length: singleUnit(length),
    ...(batch && { batch: additive(batch, context) }),
    ...(optimizer && { optimizer: callLike(optimizer, context) }),
    ...(loss && { loss: expr(loss, context) }),
    ...(until && { until: expr(until, context) }),
    ...(body && { body: read(body) }),
  };
}

/** `train epoch` trains for one. */
function singleUnit(length: ast.Expr): ast.Expr {
  if (length.kind !== "ref" || length.path.length !== 1) return length;
  const name = length.path[0]?.text;
  if (name === "epoch") return oneUnit("epochs", length.span);
  return name === "step" ? oneUnit("steps", length.span) : length;
}

export function repeat(from: CstNode, context: Context, read: ReadBlock): Made<ast.RepeatStatement> {
  const name = token(from, "Name");
  const until = node(from, "expr");
  return {
    kind: "repeat",
    times: additive(theNode(from, "additive"), context),
    ...(name && { as: nameOf(name) }),
    body: read(theNode(from, "block")),
    ...(until && { until: expr(until, context) }),
  };
}

export function forEach(from: CstNode, context: Context, read: ReadBlock): Made<ast.ForEachStatement> {
  const chosen = selection(nodes(from, "selection"), context);
  return {
    kind: "for-each",
    as: nameOf(theToken(from, "Name")),
    ...(chosen && { selection: chosen }),
    body: read(theNode(from, "block")),
  };
}

export function search(from: CstNode, context: Context, read: ReadBlock): Made<ast.SearchStatement> {
  const clauses = nodes(from, "searchClause");
  const one = (name: string, what: string): CstNode | undefined => clauseOf(clauses, name, what, context);
  const per = once(
    clauses.filter((clause) => wordIn(clause, "per")),
    nodeSpan,
    "`per`",
    context,
  );
  const agent = one("gate", "`by`");
  const budget = one("budget", "`subject to`");
  const objective = once(
    clauses.filter((clause) => node(clause, "objective")),
    nodeSpan,
    "objective",
    context,
  );
  return {
    kind: "search",
    name: nameOf(theToken(from, "Name")),
    range: range(theNode(from, "range"), context),
    ...(per && { per: nameOf(theToken(per, "Name")) }),
    ...(agent && { agent: callLike(theNode(agent, "callLike"), context) }),
    ...(objective && {
      objective: {
        direction: needed(oneOf(objective, ["maximizing", "minimizing"]), objective, "direction").word,
        expr: expr(theNode(objective, "objective"), context),
      },
    }),
    ...(budget && { subjectTo: expr(budget, context) }),
    body: read(theNode(from, "block")),
  };
}

export const method = (from: CstNode, context: Context, read: ReadBlock): Made<ast.MethodStatement> => ({
  kind: "method",
  name: methodName(from, context),
  params: parameters(theNode(from, "parameters"), context),
  body: read(theNode(from, "block")),
});
