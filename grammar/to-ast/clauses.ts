import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import { mistake, replacing } from "../mistake.js";
import { wordsOf } from "../words.js";
import type { Context } from "./context.js";
import {
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
  wordIn,
} from "./cst.js";
import { additive, callLike, count, expr, nameOf, numericValue, range } from "./expressions.js";
import { once } from "./once.js";
import { stringValue } from "./strings.js";

const PLAIN_STRUCTURES = [
  "weights",
  "filters",
  "channels",
  "neurons",
  "kernels",
  "taps",
  "rows",
  "columns",
  "layers",
  "gates",
  "units",
] as const;

const CLAUSES: ReadonlySet<string> = new Set(wordsOf("clause"));

const naturals = (image: string): number[] => image.split(/[x:]/).map(Number);

/** Sizes beyond any tensor are refused before anyone multiplies them. */
function sized(from: IToken, least: number, context: Context): readonly [number, number] {
  const [a = 0, b = 0] = naturals(from.image);
  if (a < least || b < 1 || a > 1e6 || b > 1e6) {
    context.report(mistake("numberRange", spanOf(from), `\`${from.image}\` is not a size`));
  }
  return [a, b];
}

function whole(from: IToken, what: string, least: number, context: Context): number {
  const value = numericValue(from, context);
  if (!Number.isInteger(value) || value < least || value > 1e6) {
    context.report(mistake("numberRange", spanOf(from), `${what} is a whole number from ${least}`));
  }
  return value;
}

export function structure(from: CstNode, context: Context): ast.Structure {
  const span = nodeSpan(from);
  const blocks = node(from, "blockStructure");
  if (blocks !== undefined) {
    const [height, width] = sized(theToken(blocks, "Size"), 1, context);
    return { kind: "structure", name: "blocks", height, width, span };
  }
  const strided = node(from, "stridedStructure");
  if (strided !== undefined) {
    const [stride, offset] = tokens(strided, "Number");
    return {
      kind: "structure",
      name: "strided",
      stride: whole(needed(stride, strided, "stride"), "a stride", 1, context),
      offset: offset === undefined ? 0 : whole(offset, "an offset", 0, context),
      span,
    };
  }
  const sparse = node(from, "sparseStructure");
  if (sparse !== undefined) {
    const [n, m] = sized(theToken(sparse, "OfEach"), 1, context);
    return { kind: "structure", name: "n:m", n, m, span };
  }
  return { kind: "structure", name: needed(oneOf(from, PLAIN_STRUCTURES), from, "word").word, span };
}

export const covering = (parts: readonly Span[]): Span => ({
  start: Math.min(...parts.map((part) => part.start)),
  end: Math.max(...parts.map((part) => part.end)),
});

export function selection(parts: readonly CstNode[], context: Context): ast.Selection | undefined {
  if (parts.length === 0) return undefined;
  const only = (word: "in" | "except" | "where", join: string): CstNode | undefined =>
    once(
      parts.filter((part) => wordIn(part, word)),
      nodeSpan,
      `\`${word}\``,
      context,
      `join them with ${join}`,
    );
  const include = only("in", "a comma");
  const exclude = only("except", "a comma");
  const where = only("where", "`and`");
  return {
    include: include === undefined ? [] : patterns(include, context),
    exclude: exclude === undefined ? [] : patterns(exclude, context),
    ...(where && { where: expr(theNode(where, "expr"), context) }),
    span: covering(parts.map(nodeSpan)),
  };
}

const patterns = (from: CstNode, context: Context): ast.Pattern[] =>
  nodes(theNode(from, "patterns"), "pattern").map((pattern) => patternOf(pattern, context));

function patternOf(from: CstNode, context: Context): ast.Pattern {
  const span = nodeSpan(from);
  const quoted = token(from, "AnyString");
  if (quoted !== undefined) return { kind: "pattern", text: stringValue(quoted.image), quoted: true, span };
  const layers = node(from, "layerRange");
  if (layers !== undefined) {
    return { kind: "layer-range", range: range(theNode(layers, "range"), context), span };
  }
  const text = context.text.slice(span.start, span.end);
  // a bare `layers` before a number would read as a range once clauses are put in order
  return { kind: "pattern", text, quoted: text === "layers", span };
}

export function criterion(from: CstNode, context: Context): ast.Criterion {
  const under = node(from, "under");
  const over = node(from, "over");
  const score = expr(theNode(from, "expr"), context);
  refuseJoin(score, context);
  return {
    expr: score,
    ...(under && { under: callLike(theNode(under, "callLike"), context) }),
    ...(over && { over: batchesOf(over, context) }),
    span: nodeSpan(from),
  };
}

/** `by l1 and global 50%` reads as a condition, but no one means it. */
function refuseJoin(score: ast.Expr, context: Context): void {
  if (score.kind !== "binary" || score.op !== "and") return;
  const { left, right } = score;
  refuseJoin(left, context);
  if (right.kind !== "ref" || right.path.length !== 1 || !CLAUSES.has(right.path[0]?.text ?? "")) return;
  const start = context.text.indexOf("and", left.span.end);
  const fix = replacing("remove `and`", { start: left.span.end, end: start + 3 }, "");
  context.report(
    mistake("needlessJoin", { start, end: start + 3 }, "clauses and statements are not joined by `and`", {
      fixes: [fix],
    }),
  );
}

function batchesOf(from: CstNode, context: Context): NonNullable<ast.Criterion["over"]> {
  const counted = node(from, "count");
  return { batches: counted === undefined ? "training" : count(counted, context), span: nodeSpan(from) };
}

export const normalized = (from: CstNode): ast.Normalized => ({
  by: nameOf(theToken(from, "Name")),
  perLayer: node(from, "perLayer") !== undefined,
  span: nodeSpan(from),
});

export const members = (from: CstNode): { readonly by: ast.Name; readonly span: Span } => ({
  by: nameOf(theToken(from, "Name")),
  span: nodeSpan(from),
});

export function scope(from: CstNode, context: Context): ast.Scope {
  const span = nodeSpan(from);
  const group = token(from, "Name");
  if (group === undefined) {
    return {
      name: needed(oneOf(from, ["global", "local", "uniform", "erk", "er"]), from, "word").word,
      span,
    };
  }
  if (group.image === "layer") {
    context.report(
      mistake("layerScope", span, "a ranking per layer is called `local`", {
        fixes: [{ title: "write `local`", edits: [{ span, text: "local" }] }],
      }),
    );
  }
  return { name: "per", group: nameOf(group), span };
}

export function among(from: CstNode, context: Context, span: Span): ast.Among {
  const ranking = node(from, "scope");
  return {
    end: wordIn(from, "top") === undefined ? "bottom" : "top",
    share: additive(theNode(from, "additive"), context),
    by: criterion(theNode(from, "by"), context),
    ...(ranking && { scope: scope(ranking, context) }),
    span,
  };
}
