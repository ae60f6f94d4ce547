/**
 * The intermediate representation: plain JSON, versioned, hashable, no spans inside. Methods are expanded, parameters
 * substituted, rules attached to every phase they govern. `ir.schema.json` is its published schema.
 */

import type { AmountIr, CriterionIr, ScopeIr, SelectionIr, StructureIr } from "./clauses.js";
import type { ExprIr, PointIr, ValueIr, WhenIr } from "./expressions.js";
import type { PlanIr } from "./plan-types.js";

export type * from "./clauses.js";
export type * from "./expressions.js";
export type * from "./plan-types.js";

export interface RegrowIr {
  readonly kind: "regrow";
  readonly id: number;
  readonly text: string;
  /** Unset when paired: the structure of its prune. */
  readonly structure?: StructureIr;
  readonly selection?: SelectionIr;
  readonly criterion: CriterionIr;
  /** Unset: as many as the paired prune dropped. A share is of the dead. */
  readonly amount?: AmountIr;
  /** Unset: each layer regains what it lost. */
  readonly allocated?: "evenly" | ExprIr;
  readonly values: "zero" | "fresh" | "start" | "last";
  readonly includingDropped: boolean;
  readonly when?: WhenIr;
}

export interface PruneIr {
  readonly kind: "prune";
  readonly id: number;
  readonly text: string;
  readonly structure: StructureIr;
  readonly selection: SelectionIr;
  readonly criterion: CriterionIr;
  readonly normalized?: "mean" | "max" | "l2";
  readonly members: "sum" | "mean" | "max";
  readonly scope: ScopeIr;
  readonly amount: AmountIr;
  readonly manner: "held" | "softly" | "latently" | "frozen";
  readonly joins: "couple" | "skip" | "agree";
  readonly keeping: { readonly count: number } | { readonly share: number };
  readonly collapse: boolean;
  readonly aligned: number;
  /** The paired regrow, acting in the same event. */
  readonly regrow?: RegrowIr;
  /** What it took latently by a threshold stays dead until a `restore` brings it back, however high it scores meanwhile. */
  readonly awaitsRestore?: true;
  readonly when?: WhenIr;
}

export interface RestoreIr {
  readonly kind: "restore";
  readonly id: number;
  readonly text: string;
  readonly structure: StructureIr;
  readonly selection: SelectionIr;
  readonly criterion: CriterionIr;
  readonly above: ExprIr;
  readonly when?: WhenIr;
}

export interface PenalizeIr {
  readonly kind: "penalize";
  readonly id: number;
  readonly text: string;
  readonly structure: StructureIr;
  readonly selection: SelectionIr;
  /** The penalty of one unit, over the names of criteria; added over units. */
  readonly penalty: CriterionIr;
  readonly among?: {
    readonly end: "top" | "bottom";
    readonly share: ValueIr;
    readonly criterion: CriterionIr;
    readonly scope: ScopeIr;
  };
  readonly strength: ValueIr;
  readonly when?: WhenIr;
}

export interface FreezeIr {
  readonly kind: "freeze";
  readonly id: number;
  readonly text: string;
  readonly structure: StructureIr;
  readonly selection: SelectionIr;
  readonly when?: WhenIr;
}
export interface SlimIr {
  readonly kind: "slim";
  readonly id: number;
  readonly text: string;
  readonly when?: WhenIr;
}
export interface EvaluateIr {
  readonly kind: "evaluate";
  readonly id: number;
  readonly text: string;
  readonly on: "test" | "train" | "validation";
  readonly when?: WhenIr;
}
export interface MarkIr {
  readonly kind: "mark";
  readonly id: number;
  readonly text: string;
  readonly name: string;
  readonly when?: WhenIr;
}

/** `update only top 10% by CRITERION`: the other weights get decay and momentum but no gradient. */
export interface UpdateIr {
  readonly kind: "update";
  readonly id: number;
  readonly text: string;
  readonly selection: SelectionIr;
  readonly end: "top" | "bottom";
  readonly share: ValueIr;
  readonly criterion: CriterionIr;
  readonly scope: ScopeIr;
  readonly when?: WhenIr;
}

export type RuleIr =
  PruneIr | RegrowIr | RestoreIr | PenalizeIr | FreezeIr | UpdateIr | SlimIr | EvaluateIr | MarkIr;

export interface OptimizerIr {
  readonly name: "sgd" | "adam" | "adamw" | "rmsprop";
  /**
   * Learning rate; a `steps(…)` rate is a list of pieces. Unset where none is written: after `rewind rate` the earlier schedule
   * goes on, else it is the optimizer's usual one.
   */
  readonly rate?:
    | ValueIr
    | { readonly steps: { readonly base: ExprIr; readonly at: readonly PointIr[]; readonly by: ExprIr } };
  /** momentum, nesterov (0/1), weight-decay, beta1, beta2, epsilon, rho, centered (0/1), clip-norm, clip-value. */
  readonly args: Readonly<Record<string, ExprIr>>;
}

export interface TrainIr {
  readonly kind: "train";
  readonly id: number;
  readonly text: string;
  readonly finetune: boolean;
  /** The training that a file without `train` implies; its length came from `--epochs`. */
  readonly implicit?: true;
  readonly length: { readonly unit: "epochs" | "steps"; readonly value: ExprIr };
  /** Unset: for finetune that of the phase before, else the host's `--batch`, else 32. */
  readonly batch?: ExprIr;
  /** Unset: the network's training config, else adam(rate: 1e-3); for finetune the last one. */
  readonly optimizer?: OptimizerIr;
  /** Unset: from the training config or the last activation. */
  readonly loss?: { readonly name: string; readonly args: Readonly<Record<string, number>> };
  readonly until?: ExprIr;
  /** Acting in this order when due together. */
  readonly rules: readonly RuleIr[];
  /** Moments of this phase that later rewinds need: the runtime keeps snapshots of these and of no others. */
  readonly snapshots: readonly PointIr[];
}

export interface RepeatIr {
  readonly kind: "repeat";
  readonly id: number;
  readonly text: string;
  readonly times: ExprIr;
  /** Name of the counter, from 1. */
  readonly as?: string;
  readonly body: readonly StepIr[];
  readonly until?: ExprIr;
}
export interface ForEachIr {
  readonly kind: "for-each";
  readonly id: number;
  readonly text: string;
  readonly as: string;
  readonly selection: SelectionIr;
  readonly body: readonly StepIr[];
}
export interface RewindIr {
  readonly kind: "rewind";
  readonly id: number;
  readonly text: string;
  readonly what: readonly ("weights" | "rate" | "optimizer" | "masks")[];
  readonly to: "start" | { readonly mark: string } | { readonly phase: number; readonly point: PointIr };
}
export interface ReinitializeIr {
  readonly kind: "reinitialize";
  readonly id: number;
  readonly text: string;
  readonly selection: SelectionIr;
  /** Unset: every layer's own initializer. */
  readonly by?: { readonly name: string; readonly args: Readonly<Record<string, number>> };
}
export interface ShuffleIr {
  readonly kind: "shuffle";
  readonly id: number;
  readonly text: string;
  readonly selection: SelectionIr;
}
export interface HardenIr {
  readonly kind: "harden";
  readonly id: number;
  readonly text: string;
  readonly selection: SelectionIr;
}
export interface LoadIr {
  readonly kind: "load";
  readonly id: number;
  readonly text: string;
  readonly what: "masks" | "weights";
  readonly path: string;
  readonly selection: SelectionIr;
}
export interface RequireIr {
  readonly kind: "require";
  readonly id: number;
  readonly text: string;
  /**
   * Over accuracy, loss, macs, params, bytes and `start.macs`, `start.params`, `start.bytes` (the network as loaded):
   * `macs <= 50%` is ["<=", "macs", ["*", 0.5, "start.macs"]].
   */
  readonly condition: ExprIr;
}
export interface SaveIr {
  readonly kind: "save";
  readonly id: number;
  readonly text: string;
  readonly path: string;
}

export type StepIr =
  | TrainIr
  | PruneIr
  | RegrowIr
  | RestoreIr
  | RepeatIr
  | ForEachIr
  | SlimIr
  | RewindIr
  | MarkIr
  | ReinitializeIr
  | ShuffleIr
  | HardenIr
  | LoadIr
  | EvaluateIr
  | RequireIr
  | SaveIr;

export interface Ir {
  readonly ir: 1;
  /** Base name of the source file. */
  readonly source: string;
  readonly network: string | null;
  readonly data: string | null;
  readonly body: readonly StepIr[];
  /** Resolved against a network (and data): see plan.ts. */
  readonly plan: PlanIr | null;
}
