import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.js";
import { mistake } from "../mistake.js";
import { isWord, wordsOf } from "../words.js";
import { point, when } from "./amounts.js";
import { selection } from "./clauses.js";
import type { Context } from "./context.js";
import { needed, node, nodes, nodeSpan, oneOf, spanOf, theNode, theToken, tokens, wordIn } from "./cst.js";
import { callLike, count, expr, nameOf, optionsOf, stringOf } from "./expressions.js";
import { single } from "./prune.js";
import { rewound } from "./rules.js";

type Made<S extends ast.Statement> = Omit<S, "span" | "word">;

/** Statements that happen once, and declarations. */
const path = (from: CstNode): ast.StringLiteral => stringOf(theToken(from, "AnyString"));

const chosen = (from: CstNode, context: Context): { readonly selection?: ast.Selection } => {
  const found = selection(nodes(from, "selection"), context);
  return found === undefined ? {} : { selection: found };
};

const due = (from: CstNode, context: Context): { readonly when?: ast.When } => {
  const found = when(
    [from, ...nodes(from, "whens")].flatMap((wrapper) => nodes(wrapper, "when")),
    context,
  );
  return found === undefined ? {} : { when: found };
};

const gate = (from: CstNode, context: Context): { readonly by?: ast.CallLike } => {
  const found = single(nodes(from, "gate"), "`by`", context);
  return found === undefined ? {} : { by: callLike(theNode(found, "callLike"), context) };
};

export const network = (from: CstNode): Made<ast.NetworkStatement> => ({ kind: "network", path: path(from) });
export const data = (from: CstNode): Made<ast.DataStatement> => ({ kind: "data", path: path(from) });
export const save = (from: CstNode): Made<ast.SaveStatement> => ({ kind: "save", path: path(from) });

/** `rewind … to epoch 2` must stay readable, so a mark is not called `epoch`. */
function markName(from: IToken, context: Context): ast.Name {
  if (wordsOf("unit").includes(from.image) || from.image === "start") {
    const message = `a moment cannot be called \`${from.image}\``;
    context.report(mistake("reservedName", spanOf(from), message, { label: "a word that says when" }));
  }
  return nameOf(from);
}

export function rewind(from: CstNode, context: Context): Made<ast.RewindStatement> {
  const what = rewound(from);
  const at = node(from, "point");
  if (at !== undefined) {
    return { kind: "rewind", what, to: { kind: "point", point: point(at, context), span: nodeSpan(at) } };
  }
  const start = wordIn(from, "start");
  if (start !== undefined) return { kind: "rewind", what, to: { kind: "start", span: spanOf(start) } };
  const name = markName(theToken(from, "Name"), context);
  return { kind: "rewind", what, to: { kind: "mark", name, span: name.span } };
}

export const mark = (from: CstNode, context: Context): Made<ast.MarkStatement> => ({
  kind: "mark",
  name: markName(theToken(from, "Name"), context),
  ...due(from, context),
});

export const reinitialize = (from: CstNode, context: Context): Made<ast.ReinitializeStatement> => ({
  kind: "reinitialize",
  ...chosen(from, context),
  ...gate(from, context),
});
export const shuffle = (from: CstNode, context: Context): Made<ast.ShuffleStatement> => ({
  kind: "shuffle",
  ...chosen(from, context),
});
export const harden = (from: CstNode, context: Context): Made<ast.HardenStatement> => ({
  kind: "harden",
  ...chosen(from, context),
});

export const load = (from: CstNode, context: Context): Made<ast.LoadStatement> => ({
  kind: "load",
  what: needed(oneOf(from, ["masks", "weights"]), from, "word").word,
  path: path(from),
  ...chosen(from, context),
});

export const slim = (from: CstNode, context: Context): Made<ast.SlimStatement> => ({
  kind: "slim",
  ...due(from, context),
});

export function quantize(from: CstNode, context: Context): Made<ast.QuantizeStatement> {
  const bits = single(nodes(from, "bits"), "`to … bits`", context);
  return {
    kind: "quantize",
    ...(bits && { bits: count(theNode(bits, "count"), context) }),
    ...gate(from, context),
    ...chosen(from, context),
  };
}

export function evaluate(from: CstNode, context: Context): Made<ast.EvaluateStatement> {
  const on = single(nodes(from, "split"), "`on`", context);
  return { kind: "evaluate", ...(on && { on: nameOf(theToken(on, "Name")) }), ...due(from, context) };
}

export const require = (from: CstNode, context: Context): Made<ast.RequireStatement> => ({
  kind: "require",
  condition: expr(theNode(from, "expr"), context),
});

export function declaration(from: CstNode, context: Context): Made<ast.DeclarationStatement> {
  const params = node(from, "parameters");
  const under = node(from, "under");
  return {
    kind: needed(oneOf(from, ["criterion", "penalty", "curve"]), from, "word").word,
    name: nameOf(theToken(from, "Name")),
    ...(params && { params: parameters(params, context) }),
    expr: expr(theNode(from, "expr"), context),
    ...(under && { under: callLike(theNode(under, "callLike"), context) }),
  };
}

export const parameters = (from: CstNode, context: Context): ast.Parameter[] =>
  nodes(from, "parameter").map((parameter) => {
    const value = node(parameter, "expr");
    return {
      name: nameOf(theToken(parameter, "Name")),
      ...(value && { value: expr(value, context) }),
      span: nodeSpan(parameter),
    };
  });

export function use(from: CstNode): Made<ast.UseStatement> {
  const kind = node(from, "imported");
  return {
    kind: "use",
    ...(kind && {
      what: needed(oneOf(kind, ["criterion", "penalty", "curve", "method", "step"]), kind, "word").word,
    }),
    names: tokens(from, "Name").map(nameOf),
    from: path(from),
  };
}

export const param = (from: CstNode, context: Context): Made<ast.ParamStatement> => ({
  kind: "param",
  name: nameOf(theToken(from, "Name")),
  value: expr(theNode(from, "expr"), context),
});

export const call = (from: CstNode, context: Context): Made<ast.CallStatement> => ({
  kind: "call-statement",
  name: nameOf(theToken(from, "Identifier")),
  args: optionsOf(theNode(from, "args"), context),
});

/** A call must start with a plain name, so a method cannot be called by a word of the language. */
export function methodName(from: CstNode, context: Context): ast.Name {
  const name = nameOf(theToken(from, "Name"));
  if (isWord(name.text)) {
    context.report(
      mistake("reservedName", name.span, `a method cannot be called \`${name.text}\``, {
        label: "a word of the language",
        help: "choose another name, so that calls of it are not taken for statements",
      }),
    );
  }
  return name;
}
