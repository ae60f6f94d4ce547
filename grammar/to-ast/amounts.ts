import type { CstNode } from "chevrotain";
import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import { inserting, mistake } from "../mistake.js";
import { covering } from "./clauses.js";
import type { Context } from "./context.js";
import { needed, node, nodes, nodeSpan, oneOf, spanOf, theNode, theToken, token, wordIn } from "./cst.js";
import {
  additive,
  callLike,
  count,
  expr,
  moved,
  numberOf,
  numericValue,
  oneUnit,
  percentOf,
  plainName,
  quantity,
  unitOf,
  windowOf,
} from "./expressions.js";
import { once } from "./once.js";

const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "=", "!="]);

/** A condition, as opposed to a share or a number. */
function isCondition(value: ast.Expr): boolean {
  if (value.kind === "paren") return isCondition(value.inner);
  if (value.kind === "unary") return value.op === "not";
  return value.kind === "binary" && (COMPARISONS.has(value.op) || value.op === "and" || value.op === "or");
}

export function amount(from: CstNode, context: Context): ast.Amount {
  const span = nodeSpan(from);
  const target = node(from, "target");
  if (target !== undefined) {
    const value = expr(theNode(target, "expr"), context);
    return isCondition(value) ? { kind: "budget", condition: value, span } : { kind: "target", value, span };
  }
  const motion = node(from, "movingTarget");
  if (motion !== undefined) {
    const to = additive(theNode(motion, "additive"), context);
    return { kind: "moving-target", from: literal(motion, context), to, span };
  }
  const keep = node(from, "keep");
  if (keep !== undefined) {
    const each = wordIn(keep, "each") !== undefined;
    return { kind: "keep", value: additive(theNode(keep, "additive"), context), each, span };
  }
  const threshold = node(from, "threshold");
  if (threshold !== undefined) {
    const side = needed(oneOf(threshold, ["below", "above"]), threshold, "side").word;
    return { kind: "threshold", side, value: additive(theNode(threshold, "additive"), context), span };
  }
  return drop(from, span, context);
}

function drop(from: CstNode, span: Span, context: Context): ast.Amount {
  const named = node(from, "namedAmount");
  const written = named ?? theNode(from, "literalAmount");
  const start =
    named === undefined ? literal(written, context) : additive(theNode(named, "additive"), context);
  const motion = node(written, "motion");
  const value = motion === undefined ? start : moved(start, motion, context);
  return { kind: "drop", value, keyword: named !== undefined, span };
}

function literal(from: CstNode, context: Context): ast.Expr {
  const percent = token(from, "Percent");
  if (percent !== undefined) return percentOf(percent, context);
  const digits = token(from, "Number");
  return digits === undefined ? plainName(theToken(from, "Identifier")) : numberOf(digits, context);
}

export function when(parts: readonly CstNode[], context: Context): ast.When | undefined {
  if (parts.length === 0) return undefined;
  const one = (name: string, what: string): CstNode | undefined =>
    once(
      parts.filter((part) => node(part, name)),
      nodeSpan,
      what,
      context,
    );
  const every = one("every", "`every`");
  const at = one("at", "`at`");
  const during = one("during", "`during`");
  const since = one("since", "`from` with a unit");
  const until = one("until", "`until`");
  return {
    ...(every && { every: everyOf(theNode(every, "every"), context) }),
    ...(at && { at: atOf(theNode(at, "at"), context) }),
    ...(during && { during: windowOf(theNode(theNode(during, "during"), "window"), context) }),
    ...(since && { from: point(theNode(since, "since"), context) }),
    ...(until && { until: point(theNode(until, "until"), context) }),
    span: covering(parts.map(nodeSpan)),
  };
}

function everyOf(from: CstNode, context: Context): NonNullable<ast.When["every"]> {
  const span = nodeSpan(from);
  const unit = node(from, "unit");
  if (unit !== undefined) return { count: oneUnit(unitOf(unit), nodeSpan(unit)), span };
  const digits = node(from, "number");
  if (digits === undefined) return { count: plainName(theToken(from, "Identifier")), span };
  const value = quantity(digits, context);
  needUnit(value, context);
  return { count: value, span };
}

/** `every 2`, `train 20`: epochs or steps? */
export function needUnit(value: ast.Expr, context: Context): void {
  if (value.kind !== "number") return;
  context.report(
    mistake("missingUnit", value.span, `\`${value.raw}\` needs a unit`, {
      label: "epochs or steps",
      help: `write \`${value.raw} epochs\` or \`${value.raw} steps\``,
      fixes: [
        inserting("count epochs", value.span.end, " epochs"),
        inserting("count steps", value.span.end, " steps"),
      ],
    }),
  );
}

const atOf = (from: CstNode, context: Context): NonNullable<ast.When["at"]> => ({
  unit: unitOf(theNode(from, "unit")),
  values: nodes(from, "count").map((value) => count(value, context)),
  span: nodeSpan(from),
});

export const point = (from: CstNode, context: Context): ast.Point => ({
  unit: unitOf(theNode(from, "unit")),
  value: count(theNode(from, "count"), context),
  span: nodeSpan(from),
});

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function options(parts: readonly CstNode[], context: Context): ast.PruneOptions {
  const is = (
    part: CstNode,
    ...words: readonly ("softly" | "latently" | "allowing" | "compensating")[]
  ): boolean => words.some((word) => wordIn(part, word) !== undefined);
  const one = (holds: (part: CstNode) => boolean, what: string): CstNode | undefined =>
    once(parts.filter(holds), nodeSpan, what, context);
  const found: Writable<ast.PruneOptions> = {};
  const manner = one(
    (part) => is(part, "softly", "latently") || node(part, "frozen") !== undefined,
    "manner of dying",
  );
  if (manner !== undefined) found.manner = mannerOf(manner);
  const joins = one((part) => node(part, "joins") !== undefined, "`joins`");
  if (joins !== undefined) {
    const name = needed(oneOf(theNode(joins, "joins"), ["couple", "skip", "agree"]), joins, "word").word;
    found.joins = { name, span: nodeSpan(joins) };
  }
  const keeping = one((part) => node(part, "keeping") !== undefined, "`keeping`");
  if (keeping !== undefined) {
    const value = additive(theNode(theNode(keeping, "keeping"), "additive"), context);
    found.keeping = { value, span: nodeSpan(keeping) };
  }
  const allowing = one((part) => is(part, "allowing"), "`allowing collapse`");
  if (allowing !== undefined) found.allowingCollapse = { span: nodeSpan(allowing) };
  const aligned = one((part) => node(part, "aligned") !== undefined, "`aligned to`");
  if (aligned !== undefined)
    found.aligned = { value: alignment(theNode(aligned, "aligned"), context), span: nodeSpan(aligned) };
  const compensating = one((part) => is(part, "compensating"), "`compensating`");
  if (compensating !== undefined) {
    found.compensating = {
      by: callLike(theNode(compensating, "callLike"), context),
      span: nodeSpan(compensating),
    };
  }
  return found;
}

function mannerOf(from: CstNode): NonNullable<ast.PruneOptions["manner"]> {
  const span = nodeSpan(from);
  const frozen = node(from, "frozen");
  if (frozen === undefined) {
    return { name: needed(oneOf(from, ["softly", "latently"]), from, "word").word, span };
  }
  return { name: "frozen", at: needed(oneOf(frozen, ["start", "last"]), frozen, "word").word, span };
}

function alignment(from: CstNode, context: Context): number {
  const digits = theToken(from, "Number");
  const value = numericValue(digits, context);
  if (!Number.isInteger(value) || value < 1) {
    context.report(mistake("numberRange", spanOf(digits), "counts are aligned to a whole number from 1"));
  }
  return value;
}
