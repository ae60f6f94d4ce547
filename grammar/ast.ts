import type { Span } from "./diagnostic.js";

/** The syntax tree of a `.prune` text. Never changed after parsing; later facts live in side tables. */

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

/** A comment, `#` included; where it stood lets the printer put it back. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
  /** True when nothing but white space stands before it on its line. */
  readonly ownLine: boolean;
}

export interface Program {
  readonly kind: "program";
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly span: Span;
}

// ---------------------------------------------------------------- expressions

export type TimeUnit = "epochs" | "steps";
/** Written curve names; `along NAME(…)` is a declared one. */
export type CurveName = "linear" | "cubic" | "cosine" | "exponential" | "staircase";

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

// ---------------------------------------------------------------- clauses

export type Structure =
  | {
      readonly kind: "structure";
      readonly name:
        | "weights"
        | "filters"
        | "channels"
        | "neurons"
        | "kernels"
        | "taps"
        | "rows"
        | "columns"
        | "layers"
        | "gates"
        | "units";
      readonly span: Span;
    }
  | {
      readonly kind: "structure";
      readonly name: "blocks";
      readonly height: number;
      readonly width: number;
      readonly span: Span;
    }
  | {
      readonly kind: "structure";
      readonly name: "n:m";
      readonly n: number;
      readonly m: number;
      readonly span: Span;
    }
  | {
      readonly kind: "structure";
      readonly name: "strided";
      readonly stride: number;
      readonly offset: number;
      readonly span: Span;
    };

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

/** `by EXPR [under OBJECTIVE] [over 8 batches | over training]`. */
export interface Criterion {
  readonly expr: Expr;
  readonly under?: CallLike;
  readonly over?: { readonly batches: Expr | "training"; readonly span: Span };
  readonly span: Span;
}

export interface Scope {
  readonly name: "global" | "local" | "uniform" | "erk" | "er" | "per";
  /** For `per row`, `per sign`, `per NAME`. */
  readonly group?: Name;
  readonly span: Span;
}

export type Amount =
  /** `50%`, `12`, `amount EXPR`, each possibly moving: `30% -> 0% cosine` (then `value` is a MovingExpr). */
  | { readonly kind: "drop"; readonly value: Expr; readonly keyword: boolean; readonly span: Span }
  /** `to 90%`. */
  | { readonly kind: "target"; readonly value: Expr; readonly span: Span }
  /** `from 0% to 90%`. */
  | { readonly kind: "moving-target"; readonly from: Expr; readonly to: Expr; readonly span: Span }
  /** `to macs <= 50% and params <= 1M`: `condition` is a tree of `and` over comparisons. */
  | { readonly kind: "budget"; readonly condition: Expr; readonly span: Span }
  | { readonly kind: "keep"; readonly value: Expr; readonly each: boolean; readonly span: Span }
  | {
      readonly kind: "threshold";
      readonly side: "below" | "above";
      readonly value: Expr;
      readonly span: Span;
    };

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
  readonly aligned?: { readonly value: number; readonly span: Span };
  readonly compensating?: { readonly by: CallLike; readonly span: Span };
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

// ---------------------------------------------------------------- statements

interface Base {
  readonly span: Span;
  /** The statement word itself, for labels. */
  readonly word: Span;
}

export interface NetworkStatement extends Base {
  readonly kind: "network";
  readonly path: StringLiteral;
}
export interface DataStatement extends Base {
  readonly kind: "data";
  readonly path: StringLiteral;
}

export interface TrainStatement extends Base {
  readonly kind: "train";
  readonly finetune: boolean;
  readonly length: Expr;
  readonly batch?: Expr;
  readonly optimizer?: CallLike;
  readonly loss?: Expr;
  readonly until?: Expr;
  readonly body?: Block;
}

/** Everything that may stand in `pruned(…)` too. */
export interface PruneClauses {
  readonly selection?: Selection;
  readonly criterion?: Criterion;
  readonly normalized?: Normalized;
  readonly members?: { readonly by: Name; readonly span: Span };
  readonly scope?: Scope;
  readonly amount?: Amount;
  readonly when?: When;
  readonly curve?: Curve;
  readonly options: PruneOptions;
}
export interface PruneStatement extends Base, PruneClauses {
  readonly kind: "prune";
  readonly structure: Structure;
}
export interface RegrowStatement extends Base {
  readonly kind: "regrow";
  readonly structure?: Structure;
  readonly random: boolean;
  readonly criterion?: Criterion;
  readonly selection?: Selection;
  readonly scope?: Scope;
  readonly amount?: Amount;
  readonly when?: When;
  readonly allocated?: { readonly by: Expr | "evenly"; readonly span: Span };
  readonly values?: { readonly name: "zero" | "fresh" | "start" | "last"; readonly span: Span };
  readonly includingDropped?: { readonly span: Span };
}
export interface RestoreStatement extends Base {
  readonly kind: "restore";
  readonly structure: Structure;
  readonly criterion?: Criterion;
  readonly selection?: Selection;
  readonly above?: Expr;
  readonly when?: When;
}
export interface PenalizeStatement extends Base {
  readonly kind: "penalize";
  readonly structure: Structure;
  readonly penalty?: Criterion;
  readonly selection?: Selection;
  readonly among?: Among;
  /** May be a MovingExpr. */
  readonly strength?: Expr;
  readonly when?: When;
}
export interface LearnStatement extends Base {
  readonly kind: "learn";
  readonly structure: Structure;
  readonly gate?: CallLike;
  readonly selection?: Selection;
  readonly scope?: Scope;
  readonly amount?: Amount;
  readonly strength?: Expr;
  readonly when?: When;
}
export interface FreezeStatement extends Base {
  readonly kind: "freeze";
  readonly structure: Structure;
  readonly selection?: Selection;
  readonly when?: When;
}
export interface UpdateStatement extends Base {
  readonly kind: "update";
  readonly among: Among;
  readonly selection?: Selection;
  readonly when?: When;
}
export interface PullStatement extends Base {
  readonly kind: "pull";
  readonly toward: PruneClauses;
  readonly strength?: Expr;
  readonly when?: When;
}
export type RewindTarget =
  | { readonly kind: "start"; readonly span: Span }
  | { readonly kind: "point"; readonly point: Point; readonly span: Span }
  | { readonly kind: "mark"; readonly name: Name; readonly span: Span };
export interface RewindStatement extends Base {
  readonly kind: "rewind";
  readonly what: readonly {
    readonly name: "weights" | "rate" | "optimizer" | "masks" | "gates";
    readonly span: Span;
  }[];
  readonly to: RewindTarget;
}
export interface MarkStatement extends Base {
  readonly kind: "mark";
  readonly name: Name;
  readonly when?: When;
}
export interface ReinitializeStatement extends Base {
  readonly kind: "reinitialize";
  readonly selection?: Selection;
  readonly by?: CallLike;
}
export interface ShuffleStatement extends Base {
  readonly kind: "shuffle";
  readonly selection?: Selection;
}
export interface HardenStatement extends Base {
  readonly kind: "harden";
  readonly selection?: Selection;
}
export interface LoadStatement extends Base {
  readonly kind: "load";
  readonly what: "masks" | "weights";
  readonly path: StringLiteral;
  readonly selection?: Selection;
}
export interface RepeatStatement extends Base {
  readonly kind: "repeat";
  readonly times: Expr;
  readonly as?: Name;
  readonly body: Block;
  readonly until?: Expr;
}
export interface ForEachStatement extends Base {
  readonly kind: "for-each";
  readonly as: Name;
  readonly selection?: Selection;
  readonly body: Block;
}
export interface SearchStatement extends Base {
  readonly kind: "search";
  readonly name: Name;
  readonly range: Range;
  readonly per?: Name;
  readonly agent?: CallLike;
  readonly objective?: { readonly direction: "maximizing" | "minimizing"; readonly expr: Expr };
  readonly subjectTo?: Expr;
  readonly body: Block;
}
export interface SlimStatement extends Base {
  readonly kind: "slim";
  readonly when?: When;
}
export interface QuantizeStatement extends Base {
  readonly kind: "quantize";
  readonly bits?: Expr;
  readonly by?: CallLike;
  readonly selection?: Selection;
}
export interface EvaluateStatement extends Base {
  readonly kind: "evaluate";
  readonly on?: Name;
  readonly when?: When;
}
export interface RequireStatement extends Base {
  readonly kind: "require";
  readonly condition: Expr;
}
export interface SaveStatement extends Base {
  readonly kind: "save";
  readonly path: StringLiteral;
}

export interface Parameter {
  readonly name: Name;
  readonly value?: Expr;
  readonly span: Span;
}
/** `criterion NAME[(…)] = EXPR [under OBJECTIVE]`, and the same for `penalty` and `curve`. */
export interface DeclarationStatement extends Base {
  readonly kind: "criterion" | "penalty" | "curve";
  readonly name: Name;
  readonly params?: readonly Parameter[];
  readonly expr: Expr;
  readonly under?: CallLike;
}
export interface UseStatement extends Base {
  readonly kind: "use";
  /** Set when the file is JavaScript: `use criterion fisher from "./fisher.js"`. */
  readonly what?: "criterion" | "penalty" | "curve" | "method" | "step";
  readonly names: readonly Name[];
  readonly from: StringLiteral;
}
export interface ParamStatement extends Base {
  readonly kind: "param";
  readonly name: Name;
  readonly value: Expr;
}
export interface MethodStatement extends Base {
  readonly kind: "method";
  readonly name: Name;
  readonly params: readonly Parameter[];
  readonly body: Block;
}
/** `han(target: 90%)`. */
export interface CallStatement extends Base {
  readonly kind: "call-statement";
  readonly name: Name;
  readonly args: readonly Argument[];
}

export interface Block {
  readonly statements: readonly Statement[];
  /** Both braces included. */
  readonly span: Span;
}

export type Statement =
  | NetworkStatement
  | DataStatement
  | TrainStatement
  | PruneStatement
  | RegrowStatement
  | RestoreStatement
  | PenalizeStatement
  | LearnStatement
  | FreezeStatement
  | UpdateStatement
  | PullStatement
  | RewindStatement
  | MarkStatement
  | ReinitializeStatement
  | ShuffleStatement
  | HardenStatement
  | LoadStatement
  | RepeatStatement
  | ForEachStatement
  | SearchStatement
  | SlimStatement
  | QuantizeStatement
  | EvaluateStatement
  | RequireStatement
  | SaveStatement
  | DeclarationStatement
  | UseStatement
  | ParamStatement
  | MethodStatement
  | CallStatement;
