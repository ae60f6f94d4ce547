import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import { mistake } from "../mistake.js";
import { grown, type Context } from "./context.js";
import {
  joined,
  needed,
  node,
  nodes,
  nodeSpan,
  oneOf,
  spanOf,
  theNode,
  theToken,
  token,
  tokens,
} from "./cst.js";
import { stringValue } from "./strings.js";

const SCALES: ReadonlyMap<string, number> = new Map([
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
]);

export const nameOf = (from: IToken): ast.Name => ({ kind: "name", text: from.image, span: spanOf(from) });

export const stringOf = (from: IToken): ast.StringLiteral => ({
  kind: "string",
  value: stringValue(from.image),
  span: spanOf(from),
});

export function numericValue(from: IToken, context: Context): number {
  const scale = SCALES.get(from.image.slice(-1));
  const digits = scale === undefined ? from.image : from.image.slice(0, -1);
  const value = Number(digits) * (scale ?? 1);
  if (Number.isFinite(value)) return value;
  context.report(mistake("numberRange", spanOf(from), "this number is too large"));
  return 0;
}

export const numberOf = (from: IToken, context: Context): ast.NumberLiteral => ({
  kind: "number",
  value: numericValue(from, context),
  raw: from.image,
  span: spanOf(from),
});

export function percentOf(from: IToken, context: Context): ast.PercentLiteral {
  const share = Number(from.image.slice(0, -1)) / 100;
  if (!Number.isFinite(share))
    context.report(mistake("numberRange", spanOf(from), "this number is too large"));
  return {
    kind: "percent",
    value: Number.isFinite(share) ? share : 0,
    raw: from.image,
    span: spanOf(from),
  };
}

export function unitOf(from: CstNode): ast.TimeUnit {
  return oneOf(from, ["epochs", "epoch"]) === undefined ? "steps" : "epochs";
}

/** `10 epochs` from a number node, or the plain number. */
export function quantity(from: CstNode, context: Context): ast.NumberLiteral | ast.DurationLiteral {
  const value = numberOf(theToken(from, "Number"), context);
  const unit = node(from, "unit");
  return unit === undefined
    ? value
    : {
        ...value,
        kind: "duration",
        unit: unitOf(unit),
        counted: true,
        span: joined(value.span, nodeSpan(unit)),
      };
}

/** A bare `epoch` or `step`. */
export const oneUnit = (unit: ast.TimeUnit, span: Span): ast.DurationLiteral => ({
  kind: "duration",
  value: 1,
  raw: "1",
  unit,
  counted: false,
  span,
});

export function count(from: CstNode, context: Context): ast.Expr {
  const digits = token(from, "Number");
  if (digits !== undefined) return numberOf(digits, context);
  return plainName(theToken(from, "Identifier"));
}

export const plainName = (from: IToken): ast.Reference => ({
  kind: "ref",
  path: [nameOf(from)],
  span: spanOf(from),
});

function binary(op: ast.BinaryOp, left: ast.Expr, right: ast.Expr, context: Context): ast.BinaryExpr {
  const made: ast.BinaryExpr = { kind: "binary", op, left, right, span: joined(left.span, right.span) };
  return grown(made, context, [left, right]);
}

function unary(op: "-" | "not", sign: IToken, operand: ast.Expr, context: Context): ast.UnaryExpr {
  return grown({ kind: "unary", op, operand, span: joined(spanOf(sign), operand.span) }, context, [operand]);
}

function chain(parts: readonly ast.Expr[], ops: readonly ast.BinaryOp[], context: Context): ast.Expr {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error("an expression without operands");
  return others.reduce<ast.Expr>((left, right, i) => binary(ops[i] ?? "and", left, right, context), first);
}

const OPERATORS: ReadonlyMap<string, ast.BinaryOp> = new Map(
  (["+", "-", "*", "/", "<", "<=", ">", ">=", "=", "!="] as const).map((op) => [op, op]),
);

/** `==` was reported when it was lexed and reads as `=`. */
const operators = (from: CstNode): ast.BinaryOp[] =>
  tokens(from, "op").map((op) => OPERATORS.get(op.image) ?? "=");

const wordy = (from: CstNode, word: "and" | "or"): ast.BinaryOp[] =>
  tokens(from, `word ${word}`).map(() => word);

export function expr(from: CstNode, context: Context): ast.Expr {
  const parts = nodes(from, "conjunction").map((part) => conjunction(part, context));
  return chain(parts, wordy(from, "or"), context);
}

function conjunction(from: CstNode, context: Context): ast.Expr {
  const parts = nodes(from, "negation").map((part) => negation(part, context));
  return chain(parts, wordy(from, "and"), context);
}

function negation(from: CstNode, context: Context): ast.Expr {
  const compared = theNode(from, "comparison");
  const parts = nodes(compared, "additive").map((part) => additive(part, context));
  const inner = chain(parts, operators(compared), context);
  return tokens(from, "word not").reduceRight<ast.Expr>(
    (made, not) => unary("not", not, made, context),
    inner,
  );
}

export function additive(from: CstNode, context: Context): ast.Expr {
  const parts = nodes(from, "multiplicative").map((part) => multiplicative(part, context));
  return chain(parts, operators(from), context);
}

function multiplicative(from: CstNode, context: Context): ast.Expr {
  const parts = nodes(from, "signed").map((part) => signed(part, context));
  return chain(parts, operators(from), context);
}

function signed(from: CstNode, context: Context): ast.Expr {
  const base = primary(theNode(from, "primary"), context);
  const exponents = nodes(from, "exponent").map((exponent) => ({
    signs: tokens(exponent, "Minus"),
    value: primary(theNode(exponent, "primary"), context),
  }));
  const negated = (signs: readonly IToken[], value: ast.Expr): ast.Expr =>
    signs.reduceRight<ast.Expr>((made, sign) => unary("-", sign, made, context), value);
  let power: ast.Expr | undefined;
  for (const { signs, value } of exponents.reverse()) {
    power = negated(signs, power === undefined ? value : binary("^", value, power, context));
  }
  return negated(tokens(from, "Minus"), power === undefined ? base : binary("^", base, power, context));
}

function primary(from: CstNode, context: Context): ast.Expr {
  const percent = token(from, "Percent");
  if (percent !== undefined) return percentOf(percent, context);
  const text = token(from, "AnyString");
  if (text !== undefined) return stringOf(text);
  const digits = node(from, "number");
  if (digits !== undefined) return quantity(digits, context);
  const inner = node(from, "parenthesized");
  if (inner !== undefined) {
    const value = expr(theNode(inner, "expr"), context);
    return grown({ kind: "paren", inner: value, span: nodeSpan(inner) }, context, [value]);
  }
  const list = node(from, "list");
  if (list !== undefined) {
    const items = nodes(list, "expr").map((item) => expr(item, context));
    return grown({ kind: "list", items, span: nodeSpan(list) }, context, items);
  }
  return reference(theNode(from, "reference"), context);
}

function reference(from: CstNode, context: Context): ast.Expr {
  const path = tokens(from, "Name").map(nameOf);
  const called = node(from, "args");
  if (called === undefined) return { kind: "ref", path, span: nodeSpan(from) };
  const args = argumentsOf(called, context);
  const values = args.map((arg) => arg.value);
  return grown({ kind: "call", callee: path, args, span: nodeSpan(from) }, context, values);
}

export const argumentsOf = (from: CstNode, context: Context): ast.Argument[] =>
  nodes(from, "arg").map((arg) => {
    const name = token(arg, "Name");
    const value = moving(theNode(arg, "moving"), context);
    return { ...(name && { name: nameOf(name) }), value, span: nodeSpan(arg) };
  });

export function callLike(from: CstNode, context: Context): ast.CallLike {
  const args = node(from, "args");
  return {
    kind: "call-like",
    name: nameOf(theToken(from, "Name")),
    ...(args && { args: optionsOf(args, context) }),
    span: nodeSpan(from),
  };
}

/** Arguments that are all options: a comparison there is a misspelt `name: value`. */
export function optionsOf(from: CstNode, context: Context): ast.Argument[] {
  const args = argumentsOf(from, context);
  for (const { name, value } of args) {
    if (name !== undefined || value.kind !== "binary" || value.op !== "=" || value.left.kind !== "ref")
      continue;
    const between = { start: value.left.span.end, end: value.right.span.start };
    const start = context.text.indexOf("=", between.start);
    const sign = { start, end: start + 1 };
    const written = context.text.slice(value.left.span.start, value.left.span.end);
    context.report(
      mistake("equalsForColon", sign, "arguments are named with `:`", {
        help: `write \`${written}: …\``,
        fixes: [{ title: "replace `=` with `:`", edits: [{ span: between, text: ": " }] }],
      }),
    );
  }
  return args;
}

export function moving(from: CstNode, context: Context): ast.Expr {
  const start = expr(theNode(from, "expr"), context);
  const motion = node(from, "motion");
  return motion === undefined ? start : moved(start, motion, context);
}

/** A value that moves from `start`. */
export function moved(start: ast.Expr, motion: CstNode, context: Context): ast.MovingExpr {
  const shape = node(motion, "curve");
  const window = node(motion, "window");
  const to = additive(theNode(motion, "additive"), context);
  const made: ast.MovingExpr = {
    kind: "moving",
    from: start,
    to,
    ...(shape && { curve: curve(shape, context) }),
    ...(window && { over: windowOf(window, context) }),
    span: joined(start.span, nodeSpan(motion)),
  };
  return grown(made, context, [start, to]);
}

export function curve(from: CstNode, context: Context): ast.Curve {
  const along = node(from, "callLike");
  if (along !== undefined) return { name: "along", along: callLike(along, context), span: nodeSpan(from) };
  const found = oneOf(from, ["linear", "cubic", "cosine", "exponential", "staircase"]);
  return { name: needed(found, from, "curve word").word, span: nodeSpan(from) };
}

export function windowOf(from: CstNode, context: Context): ast.Range {
  const unit = node(from, "unit");
  const inner = range(theNode(from, "range"), context);
  return unit === undefined ? inner : { ...inner, unit: unitOf(unit), span: nodeSpan(from) };
}

export const range = (from: CstNode, context: Context): ast.Range => ({
  from: additive(theNode(from, "from"), context),
  to: additive(theNode(from, "to"), context),
  span: nodeSpan(from),
});
