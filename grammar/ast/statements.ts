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
import type { Argument, CallLike, Expr, Name, StringLiteral } from "./expressions.js";

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

/** `batch 128 with sgd(rate: 0.1) minimizing cross-entropy`. */
export interface TrainingClauses {
  readonly batch?: Expr;
  readonly optimizer?: CallLike;
  readonly loss?: Expr;
}

export interface TrainStatement extends Base, TrainingClauses {
  readonly kind: "train";
  readonly finetune: boolean;
  readonly length: Expr;
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
/** A call of a method; its clauses are for the phases of the method that say nothing of their own. */
export interface CallStatement extends Base, TrainingClauses {
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
