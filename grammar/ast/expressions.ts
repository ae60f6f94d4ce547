import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { WordIn } from "../words.js";
import type { Curve, Range } from "./clauses.js";

export interface Name {
  readonly kind: "name";
  readonly text: string;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

export type TimeUnit = "epochs" | "steps";
/** Written curve names; `along NAME(…)` is a declared one. */
export type CurveName = Exclude<WordIn<"curve">, "along">;

export interface NumberLiteral {
  readonly kind: "number";
  /** `1M` is 1000000. */
  readonly value: number;
  readonly raw: string;
  readonly span: Span;
}
export interface PercentLiteral {
  readonly kind: "percent";
  /** The share: `50%` is 0.5. */
  readonly value: number;
  readonly raw: string;
  readonly span: Span;
}
/** `10 epochs`, `500 steps`, `epoch` (= 1 epoch). */
export interface DurationLiteral {
  readonly kind: "duration";
  readonly value: number;
  readonly raw: string;
  readonly unit: TimeUnit;
  /** False for a bare `epoch` or `step`. */
  readonly counted: boolean;
  readonly span: Span;
}
/** `5 ms`: how long the network computes. */
export interface MillisecondsLiteral {
  readonly kind: "milliseconds";
  readonly value: number;
  /** Without the unit. */
  readonly raw: string;
  readonly span: Span;
}
export interface ListLiteral {
  readonly kind: "list";
  readonly items: readonly Expr[];
  readonly span: Span;
}
/** A name, or a dotted one: `w`, `layer.std`, `start.macs`. */
export interface Reference {
  readonly kind: "ref";
  readonly path: readonly Name[];
  readonly span: Span;
}
export interface CallExpr {
  readonly kind: "call";
  /** `sum(…)`, `layer.mean(…)`. */
  readonly callee: readonly Name[];
  readonly args: readonly Argument[];
  readonly span: Span;
}
export type BinaryOp = "+" | "-" | "*" | "/" | "^" | "<" | "<=" | ">" | ">=" | "=" | "!=" | "and" | "or";
export interface BinaryExpr {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
}
export interface UnaryExpr {
  readonly kind: "unary";
  readonly op: "-" | "not";
  readonly operand: Expr;
  readonly span: Span;
}
/** Parentheses are kept so that print ∘ parse keeps what the user wrote where it matters. */
export interface ParenExpr {
  readonly kind: "paren";
  readonly inner: Expr;
  readonly span: Span;
}
/** `0.1 -> 0 cosine`, `0 -> 1 linear over epochs 5..20`: a value that moves. Only where a value may move. */
export interface MovingExpr {
  readonly kind: "moving";
  readonly from: Expr;
  readonly to: Expr;
  readonly curve?: Curve;
  readonly over?: Range;
  readonly span: Span;
}
export type Expr =
  | NumberLiteral
  | PercentLiteral
  | DurationLiteral
  | MillisecondsLiteral
  | StringLiteral
  | ListLiteral
  | Reference
  | CallExpr
  | BinaryExpr
  | UnaryExpr
  | ParenExpr
  | MovingExpr;

/** `rate: 0.1`, or positional. */
export interface Argument {
  readonly name?: Name;
  readonly value: Expr;
  readonly span: Span;
}

/** `sgd`, `sgd(rate: 0.1)`: a name with optional arguments (optimizer, loss, gate, agent, initializer, curve). */
export interface CallLike {
  readonly kind: "call-like";
  readonly name: Name;
  readonly args?: readonly Argument[];
  readonly span: Span;
}
