import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import * as t from "../tokens.js";
import { spanOf, stringValue, tokenOf } from "../tokens.js";
import { wordsIn, type WordIn } from "../words.js";
import type { Rule } from "./parts.js";
import { joined, nameOf, type Reader } from "./reader.js";

/** Deeper expressions are refused, so that no later pass can overflow its stack on them. */
const MAX_EXPRESSION_DEPTH = 200;

const SCALES: ReadonlyMap<string, number> = new Map([
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
]);

/** What may stand behind a name at the beginning of a range; no range begins with a sign. */
const RANGE_GOES_ON = [t.DotDot, t.Dot, t.OpenParen, t.Plus, t.Minus, t.Star, t.Slash, t.Caret];

const timeUnit = (word: WordIn<"unit">): ast.TimeUnit => (word.startsWith("epoch") ? "epochs" : "steps");

const plainName = (from: IToken): ast.Reference => ({
  kind: "ref",
  path: [nameOf(from)],
  span: spanOf(from),
});

const compound = (first: ast.Name, second: ast.Name): ast.Name => ({
  kind: "name",
  text: `${first.text} ${second.text}`,
  span: joined(first.span, second.span),
});

const stringOf = (from: IToken): ast.StringLiteral => ({
  kind: "string",
  value: stringValue(from.image),
  span: spanOf(from),
});

export type ExpressionRules = ReturnType<typeof expressionRules>;

/** Values: section 6 of the language reference. Operators from the tightest to the loosest. */
export function expressionRules(p: Reader) {
  /** Heights of the expressions built so far. */
  const heights = new WeakMap<object, number>();

  function grown<T extends ast.Expr>(value: T, operands: readonly object[]): T {
    const height = 1 + operands.reduce((most, operand) => Math.max(most, heights.get(operand) ?? 0), 0);
    heights.set(value, height);
    if (height === MAX_EXPRESSION_DEPTH + 1) {
      const { start } = value.span;
      p.refuse(
        "P1029",
        "this expression is nested too deeply",
        { start, end: start + 1 },
        {
          help: "declare parts of it as criteria of their own",
        },
      );
    }
    return value;
  }

  const binary = (op: ast.BinaryOp, left: ast.Expr, right: ast.Expr): ast.Expr =>
    grown({ kind: "binary", op, left, right, span: joined(left.span, right.span) }, [left, right]);

  /** Signs before an operand; the last stands nearest to it. */
  const prefixed = (op: "-" | "not", signs: readonly Span[], operand: ast.Expr): ast.Expr =>
    signs.reduceRight<ast.Expr>(
      (inner, sign) => grown({ kind: "unary", op, operand: inner, span: joined(sign, inner.span) }, [inner]),
      operand,
    );

  function finite(value: number, span: Span): number {
    if (Number.isFinite(value)) return value;
    p.refuse("P1035", "this number is too large", span);
    return 0;
  }

  function numberOf(from: IToken): ast.NumberLiteral {
    const raw = from.image;
    const span = spanOf(from);
    const scale = SCALES.get(raw.slice(-1));
    const value = Number(scale === undefined ? raw : raw.slice(0, -1)) * (scale ?? 1);
    return { kind: "number", value: finite(value, span), raw, span };
  }

  function percentOf(from: IToken): ast.PercentLiteral {
    const raw = from.image;
    const span = spanOf(from);
    return { kind: "percent", value: finite(Number(raw.slice(0, -1)) / 100, span), raw, span };
  }

  function millisecondsOf(from: IToken): ast.MillisecondsLiteral {
    const raw = from.image.slice(0, -"ms".length).trimEnd();
    const span = spanOf(from);
    return { kind: "milliseconds", value: finite(Number(raw), span), raw, span };
  }

  const digits = (index?: number): ast.NumberLiteral => p.leaf(t.NumberToken, numberOf, index);
  const percent = (): ast.PercentLiteral => p.leaf(t.Percent, percentOf);
  const milliseconds = (): ast.MillisecondsLiteral => p.leaf(t.Milliseconds, millisecondsOf);
  const named = (): ast.Reference => p.leaf(t.Name, plainName);
  const namedNotByUnit = (): ast.Reference => p.leaf(t.NotUnit, plainName);
  const text = (): ast.StringLiteral => p.leaf(t.AnyString, stringOf);

  const unit = p.choice("unit", p.words(wordsIn("unit"), timeUnit));

  /** A unit word directly after a number makes it a duration. */
  const number = p.node("number", () => {
    const value = digits();
    const counted = p.maybe(unit);
    return (span): ast.NumberLiteral | ast.DurationLiteral =>
      counted === undefined ? value : { ...value, kind: "duration", unit: counted, counted: true, span };
  });

  /** A bare `epoch` or `step`; in the plural they can only be names. */
  const oneUnit = p.words(["epoch", "step"], (word, span): ast.Expr => ({
    kind: "duration",
    value: 1,
    raw: "1",
    unit: timeUnit(word),
    counted: false,
    span,
  }));

  const whole =
    (what: string, least: number, most = Infinity) =>
    (index?: number): number => {
      const digit = digits(index);
      return p.act(() => {
        const { value, span } = digit;
        if (!Number.isInteger(value) || value < least || value > most) {
          p.refuse("P1035", `${what} a whole number from ${least}`, span);
        }
        return value;
      });
    };

  const parenthesized = p.node("parenthesized", () => {
    p.token(t.OpenParen);
    const inner = p.read(expr);
    p.token(t.CloseParen);
    return (span) => grown({ kind: "paren", inner, span }, [inner]);
  });

  const list = p.node("list", () => {
    const items = p.enclosed(t.OpenBracket, expr, t.CloseBracket);
    return (span) => grown({ kind: "list", items, span }, items);
  });

  const label = p.sequence({ name: p.name }, t.Colon);
  const arg = p.node("arg", () => {
    const named = p.maybe(label, 0, () => p.is(2, t.Colon));
    const value = p.read(moving);
    return (span): ast.Argument => ({ ...named, value, span });
  });
  const args: Rule<ast.Argument[]> = p.rule("args", () => p.enclosed(t.OpenParen, arg, t.CloseParen));

  /** `nonzero params`, `nonzero macs`, `csr bytes` and `huffman bytes` are names of two words. */
  const second = (): boolean =>
    (p.isWritten(0, "nonzero") && p.isWritten(1, "params", "macs")) ||
    (p.isWritten(0, "csr", "huffman") && p.isWritten(1, "bytes"));

  const reference = p.node("reference", () => {
    const first = p.name();
    const size = p.maybe(p.name, 2, second);
    const path = [first];
    if (size !== undefined) p.act(() => (path[0] = compound(first, size)));
    path.push(
      ...p.several(() => {
        p.token(t.Dot);
        return p.name(1);
      }),
    );
    const called = p.maybe(args);
    return (span): ast.Expr => {
      if (called === undefined) return { kind: "ref", path, span };
      const values = called.map(({ value }) => value);
      return grown({ kind: "call", callee: path, args: called, span }, values);
    };
  });

  const primary = p.choice<ast.Expr>("primary", [
    number,
    percent,
    milliseconds,
    text,
    parenthesized,
    list,
    reference,
  ]);

  const minus = (): Span => p.leaf(t.Minus, spanOf);

  const exponent = p.rule(
    "exponent",
    p.sequence(t.Caret, { signs: () => p.several(minus) }, { value: primary }),
  );

  /** `-w^2` is `-(w^2)`; `2^-3` needs no parentheses. Loops instead of recursion keep the stack flat. */
  const signed = p.rule("signed", () => {
    const signs = p.several(minus);
    const base = p.read(primary);
    const exponents = p.several(exponent, 1);
    return p.act(() => {
      let power: ast.Expr | undefined;
      for (const { signs, value } of exponents.reverse()) {
        power = prefixed("-", signs, power === undefined ? value : binary("^", value, power));
      }
      return prefixed("-", signs, power === undefined ? base : binary("^", base, power));
    });
  });

  /** Operands joined from the left by the operators of one level. */
  function level(name: string, operand: Rule<ast.Expr>, ops: readonly ast.BinaryOp[]): Rule<ast.Expr> {
    const operator = p.either(ops.map((op) => () => p.leaf(tokenOf(op), () => op)));
    return p.rule(name, () => {
      let left = p.read(operand);
      p.several(() => {
        const op = operator();
        const right = p.read(operand, 1);
        p.act(() => (left = binary(op, left, right)));
      });
      return left;
    });
  }

  const multiplicative = level("multiplicative", signed, ["*", "/"]);
  const additive = level("additive", multiplicative, ["+", "-"]);
  const comparison = level("comparison", additive, [">=", "<=", "!=", ">", "<", "="]);
  const negation = p.rule("negation", () => {
    const signs = p.several(() => p.leaf(tokenOf("not"), spanOf));
    const inner = p.read(comparison);
    return p.act(() => prefixed("not", signs, inner));
  });
  const conjunction = level("conjunction", negation, ["and"]);
  const expr: Rule<ast.Expr> = level("expr", conjunction, ["or"]);

  /** Arguments that are all options: a comparison there is a misspelt `name: value`. */
  function checkOptions(values: readonly ast.Argument[] | undefined): void {
    for (const { name, value } of values ?? []) {
      if (name !== undefined || value.kind !== "binary" || value.op !== "=" || value.left.kind !== "ref")
        continue;
      const { left, right } = value;
      const start = p.text.indexOf("=", left.span.end);
      p.refuse(
        "P1015",
        "arguments are named with `:`",
        { start, end: start + 1 },
        {
          help: `write \`${p.text.slice(left.span.start, left.span.end)}: …\``,
          fixes: [
            {
              title: "replace `=` with `:`",
              edits: [{ span: { start: left.span.end, end: right.span.start }, text: ": " }],
            },
          ],
        },
      );
    }
  }

  const options = p.rule("options", () => {
    const values = p.read(args);
    p.act(() => checkOptions(values));
    return values;
  });

  const callLike: Rule<ast.CallLike> = p.phrase(
    "callLike",
    { kind: "call-like", name: p.name },
    { args: p.optional(options) },
  );

  const curve = p.choice<ast.Curve>("curve", [
    ...p.words(["linear", "cubic", "cosine", "exponential", "staircase"], (name, span) => ({ name, span })),
    p.phrase("declaredCurve", { name: "along" }, "along", { along: callLike }),
  ]);

  const range: Rule<ast.Range> = p.phrase("range", { from: additive }, t.DotDot, { to: additive });

  /** `epochs / 2..epochs` begins with a name. */
  const beginsRange = (): boolean => !RANGE_GOES_ON.some((type) => p.is(2, type));
  const window = p.node("window", () => {
    const counted = p.maybe(unit, 0, beginsRange);
    const inner = p.read(range);
    return (span): ast.Range => (counted === undefined ? inner : { ...inner, unit: counted, span });
  });

  const motion = p.phrase(
    "motion",
    t.Arrow,
    { to: additive },
    { curve: p.optional(curve) },
    { over: p.optional(p.after("over", window)) },
  );

  /** The value `from`, moving when a motion follows it. */
  const moved = (from: ast.Expr): ast.Expr => {
    const way = p.maybe(motion);
    return p.act(() => {
      if (way === undefined) return from;
      return grown({ ...way, kind: "moving", from, span: joined(from.span, way.span) }, [from, way.to]);
    });
  };

  /** A value that may move: `0.1 -> 0 cosine over epochs 5..20`. */
  const moving = p.rule("moving", () => moved(p.read(expr)));

  /** A literal or a plain name, not an expression: what counts in windows and grids. */
  const count = p.choice<ast.Expr>("count", [digits, named]);

  const point: Rule<ast.Point> = p.phrase("point", { unit }, { value: count });

  return {
    additive,
    args,
    callLike,
    count,
    curve,
    digits,
    expr,
    milliseconds,
    moved,
    moving,
    named,
    namedNotByUnit,
    number,
    oneUnit,
    options,
    percent,
    point,
    range,
    text,
    unit,
    whole,
    window,
  };
}
