import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { WordIn } from "../words.js";
import type { CallLike, CurveName, Expr, Name, TimeUnit } from "./expressions.js";

/** Structures that one word names. */
export type PlainStructure = Exclude<WordIn<"structure">, "blocks" | "strided">;

export type Structure = { readonly kind: "structure"; readonly span: Span } & (
  | { readonly name: PlainStructure }
  | { readonly name: "blocks"; readonly height: number; readonly width: number }
  | { readonly name: "n:m"; readonly n: number; readonly m: number }
  | { readonly name: "strided"; readonly stride: number; readonly offset: number }
);

export type Pattern =
  /** `conv2d_3`, `conv*`, `"head/*"`; `*` matches any run of characters, `?` one. `first` and `last` are plain names here. */
  | { readonly kind: "pattern"; readonly text: string; readonly quoted: boolean; readonly span: Span }
  /** `layers 3..9`: prunable layers counted from 1 in the order of the network. */
  | { readonly kind: "layer-range"; readonly range: Range; readonly span: Span };

/** `in …`, `except …`, `where …` in any mixture. */
export interface Selection {
  readonly include: readonly Pattern[];
  readonly exclude: readonly Pattern[];
  readonly where?: Expr;
  readonly span: Span;
}

/** `by EXPR [under OBJECTIVE] [over 8 batches [and 4 probes] | over 4 probes | over training] [with batch statistics | with stored statistics]`. */
export interface Criterion {
  readonly expr: Expr;
  readonly under?: CallLike;
  readonly over?: Over;
  readonly statistics?: { readonly of: "batch" | "stored"; readonly span: Span };
  readonly span: Span;
}

/** What a score is taken over: batches, the training, probes of the Hessian; one of them at least. */
export interface Over {
  readonly batches?: Expr | "training";
  readonly probes?: Expr;
  readonly span: Span;
}

export interface Scope {
  readonly name: "global" | "local" | "uniform" | "erk" | "er" | "per";
  /** For `per row`, `per sign`, `per NAME`. */
  readonly group?: Name;
  readonly span: Span;
}

/**
 * - `drop`: `50%`, `12`, `amount EXPR`, each possibly moving: `30% -> 0% cosine` (then `value` is a MovingExpr)
 * - `target`: `to 90%`
 * - `moving-target`: `from 0% to 90%`, and `moving-budget`: `from 100% to macs <= 40%`
 * - `budget`: `to macs <= 50% and params <= 1M`; `condition` is a tree of `and` over comparisons
 */
export type Amount = { readonly span: Span } & (
  | { readonly kind: "drop"; readonly value: Expr; readonly keyword: boolean }
  | { readonly kind: "target"; readonly value: Expr }
  | { readonly kind: "moving-target"; readonly from: Expr; readonly to: Expr }
  | { readonly kind: "budget"; readonly condition: Expr }
  | { readonly kind: "moving-budget"; readonly from: Expr; readonly condition: Expr }
  | { readonly kind: "keep"; readonly value: Expr; readonly each: boolean }
  | { readonly kind: "threshold"; readonly side: "below" | "above"; readonly value: Expr }
);

/** `4..30`, `0%..75%`; both ends included. `unit` is set in `during epochs 4..30`. */
export interface Range {
  readonly from: Expr;
  readonly to: Expr;
  readonly unit?: TimeUnit;
  readonly span: Span;
}

/** `epoch 4`, `step 500`. */
export interface Point {
  readonly unit: TimeUnit;
  readonly value: Expr;
  readonly span: Span;
}

export interface When {
  /** `every 2 epochs`. Its `unit` is unset for a plain name that may be a duration parameter. */
  readonly every?: { readonly count: Expr; readonly span: Span };
  /** `at epochs 10, 20`. */
  readonly at?: { readonly unit: TimeUnit; readonly values: readonly Expr[]; readonly span: Span };
  readonly during?: Range;
  readonly from?: Point;
  readonly until?: Point;
  readonly span: Span;
}

/** A lone `cubic`, or `along NAME(…)`. */
export interface Curve {
  readonly name: CurveName | "along";
  readonly along?: CallLike;
  readonly span: Span;
}

export interface PruneOptions {
  readonly manner?: {
    readonly name: "softly" | "latently" | "frozen";
    readonly at?: "start" | "last";
    readonly span: Span;
  };
  readonly joins?: { readonly name: "couple" | "skip" | "agree"; readonly span: Span };
  readonly keeping?: { readonly value: Expr; readonly span: Span };
  readonly allowingCollapse?: { readonly span: Span };
  readonly aligned?: { readonly value: number | "auto"; readonly span: Span };
  /** `compensating by NAME(…) [over N batches]`. */
  readonly compensating?: { readonly by: CallLike; readonly batches?: Expr; readonly span: Span };
}

export interface Normalized {
  readonly by: Name;
  readonly perLayer: boolean;
  readonly span: Span;
}

/** `top 10% by CRITERION [SCOPE]`, `bottom …`. */
export interface Among {
  readonly end: "top" | "bottom";
  readonly share: Expr;
  readonly by: Criterion;
  readonly scope?: Scope;
  readonly span: Span;
}
