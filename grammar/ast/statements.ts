import type { Span } from "../../core/diagnostics/diagnostic.js";
import type {
  Among,
  Amount,
  Criterion,
  Curve,
  Normalized,
  Point,
  PruneOptions,
  Range,
  Scope,
  Selection,
  Structure,
  When,
} from "./clauses.js";
import type { Argument, CallLike, Expr, Name, PercentLiteral, StringLiteral } from "./expressions.js";

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

/** Where a statement stands. */
interface Base {
  readonly span: Span;
  /** The statement word itself, for labels. */
  readonly word: Span;
}

/** `batch 128 with sgd(rate: 0.1) minimizing cross-entropy`. */
export interface TrainingClauses {
  readonly batch?: Expr;
  readonly optimizer?: CallLike;
  readonly loss?: Expr;
  readonly augment?: Augment;
}

/** `augment flip, shift 10%`. */
export interface Augment {
  readonly ways: readonly {
    readonly name: Name;
    readonly amount?: Expr;
    readonly span: Span;
  }[];
  readonly span: Span;
}

/** `keeping best by accuracy patience 3`. */
export interface KeepingBest {
  readonly by: Name;
  readonly patience?: Expr;
  readonly span: Span;
}

interface Selecting {
  readonly selection?: Selection;
}
interface Timed {
  readonly when?: When;
}
/** Which units, of which layers. */
interface Structured extends Selecting {
  readonly structure: Structure;
}
interface Named {
  readonly name: Name;
}
interface Stored {
  readonly path: StringLiteral;
}

/** Everything that may stand in `pruned(…)` too. */
export interface PruneClauses extends Selecting, Timed {
  readonly criterion?: Criterion;
  readonly normalized?: Normalized;
  readonly members?: { readonly by: Name; readonly span: Span };
  readonly scope?: Scope;
  readonly amount?: Amount;
  readonly curve?: Curve;
  readonly options: PruneOptions;
}

export type RewindTarget =
  | { readonly kind: "start"; readonly span: Span }
  | { readonly kind: "point"; readonly point: Point; readonly span: Span }
  | { readonly kind: "mark"; readonly name: Name; readonly span: Span };

export interface Parameter {
  readonly name: Name;
  readonly value?: Expr;
  readonly span: Span;
}
/** `criterion NAME[(…)] = EXPR [under OBJECTIVE]`, and the same for `penalty` and `curve`. */
interface Declaration extends Named {
  readonly params?: readonly Parameter[];
  readonly expr: Expr;
  readonly under?: CallLike;
}

export interface Block {
  readonly statements: readonly Statement[];
  /** Both braces included. */
  readonly span: Span;
}

/** What each kind of statement holds. */
interface Kinds {
  readonly network: Stored;
  readonly data: Stored & { readonly validation?: PercentLiteral };
  readonly train: TrainingClauses & {
    readonly finetune: boolean;
    readonly length: Expr;
    readonly keeping?: KeepingBest;
    readonly until?: Expr;
    readonly body?: Block;
  };
  readonly prune: PruneClauses & Structured;
  readonly regrow: Selecting &
    Timed & {
      readonly structure?: Structure;
      readonly random: boolean;
      readonly criterion?: Criterion;
      readonly scope?: Scope;
      readonly amount?: Amount;
      readonly allocated?: { readonly by: Expr | "evenly"; readonly span: Span };
      readonly values?: { readonly name: "zero" | "fresh" | "start" | "last"; readonly span: Span };
      readonly includingDropped?: { readonly span: Span };
    };
  readonly restore: Structured & Timed & { readonly criterion?: Criterion; readonly above?: Expr };
  readonly penalize: Structured &
    Timed & {
      readonly penalty?: Criterion;
      readonly among?: Among;
      /** `with trained zeta = 0`: numbers of the penalty that train with the weights. */
      readonly trained?: {
        readonly numbers: readonly { readonly name: Name; readonly value: Expr; readonly span: Span }[];
        readonly span: Span;
      };
      /** May be a MovingExpr. */
      readonly strength?: Expr;
    };
  readonly learn: Structured &
    Timed & {
      readonly gate?: CallLike;
      readonly scope?: Scope;
      readonly amount?: Amount;
      readonly strength?: Expr;
    };
  readonly freeze: Structured & Timed;
  readonly update: Selecting & Timed & { readonly among: Among };
  readonly pull: Timed & {
    readonly toward: PruneClauses;
    /** With Lagrange multipliers. */
    readonly multipliers?: { readonly span: Span };
    readonly strength?: Expr;
  };
  readonly rewind: {
    readonly what: readonly {
      readonly name: "weights" | "rate" | "optimizer" | "masks" | "gates";
      readonly span: Span;
    }[];
    readonly to: RewindTarget;
  };
  readonly mark: Named & Timed;
  readonly reinitialize: Selecting & { readonly by?: CallLike };
  readonly recalibrate: { readonly batches?: Expr };
  readonly shuffle: Selecting;
  readonly invert: Selecting;
  readonly harden: Selecting;
  readonly load: Selecting & Stored & { readonly what: "masks" | "weights" };
  readonly repeat: {
    /** `up to 5 times`, where a condition may end it before. */
    readonly upTo: boolean;
    readonly times: Expr;
    readonly as?: Name;
    readonly while?: Expr;
    readonly body: Block;
    readonly until?: Expr;
  };
  readonly "for-each": Selecting & { readonly as: Name; readonly body: Block };
  readonly search: Named & {
    readonly range: Range;
    readonly per?: Name;
    readonly agent?: CallLike;
    readonly objective?: { readonly direction: "maximizing" | "minimizing"; readonly expr: Expr };
    readonly subjectTo?: Expr;
    readonly body: Block;
  };
  readonly slim: Timed;
  readonly quantize: Selecting & { readonly bits?: Expr; readonly by?: CallLike };
  readonly evaluate: Timed & { readonly on?: Name };
  readonly require: { readonly condition: Expr };
  readonly save: Stored;
  readonly criterion: Declaration;
  readonly penalty: Declaration;
  readonly curve: Declaration;
  readonly use: {
    /** Set when the file is JavaScript: `use criterion fisher from "./fisher.js"`. */
    readonly what?:
      "criterion" | "penalty" | "curve" | "method" | "step" | "loss" | "metric" | "gate" | "compensation";
    readonly names: readonly Name[];
    readonly from: StringLiteral;
  };
  readonly param: Named & { readonly value: Expr };
  readonly method: Named & { readonly params: readonly Parameter[]; readonly body: Block };
  /** `han(sparsity: 90%)`; its clauses are for the phases of the method that say nothing of their own. */
  readonly "call-statement": Named & TrainingClauses & { readonly args: readonly Argument[] };
}

export type StatementOf<K extends keyof Kinds> = {
  [Kind in K]: Base & { readonly kind: Kind } & Kinds[Kind];
}[K];
export type Statement = StatementOf<keyof Kinds>;
export type TrainStatement = StatementOf<"train">;
export type PruneStatement = StatementOf<"prune">;
export type RegrowStatement = StatementOf<"regrow">;
export type RestoreStatement = StatementOf<"restore">;
export type PenalizeStatement = StatementOf<"penalize">;
export type LearnStatement = StatementOf<"learn">;
export type FreezeStatement = StatementOf<"freeze">;
export type UpdateStatement = StatementOf<"update">;
export type PullStatement = StatementOf<"pull">;
export type SearchStatement = StatementOf<"search">;
export type QuantizeStatement = StatementOf<"quantize">;
export type DeclarationStatement = StatementOf<"criterion" | "penalty" | "curve">;
export type UseStatement = StatementOf<"use">;
export type ParamStatement = StatementOf<"param">;
export type MethodStatement = StatementOf<"method">;
export type CallStatement = StatementOf<"call-statement">;
