/**
 * The intermediate representation: plain JSON, versioned, hashable, no spans inside. Methods are expanded, parameters
 * substituted, rules attached to every phase they govern. `ir.schema.json` is its published schema.
 */

/** An expression: a number, a name ("w", "i", "layer.std"), or `[operator, …arguments]`, e.g. ["sum", ["abs", "w"]]. */
export type ExprIr = number | string | readonly [string, ...ExprIr[]];

export type CurveIr =
  | "linear"
  | "cubic"
  | "cosine"
  | "exponential"
  | "staircase"
  /** A declared curve: `expr` over `t` in 0..1 giving 0..1. */
  | { readonly name: string; readonly expr: ExprIr };

/** A moment of a phase. `share` is of the phase's length. */
export type PointIr = { readonly epochs: ExprIr } | { readonly steps: ExprIr } | { readonly share: ExprIr };

export interface WindowIr {
  readonly from: PointIr;
  readonly to: PointIr;
}

/** `a -> b CURVE`, `from a to b CURVE`. Without `over` it moves over its rule's window (or the phase, or the iterations of a `repeat`). */
export interface MovingIr {
  readonly from: ExprIr;
  readonly to: ExprIr;
  readonly curve: CurveIr;
  readonly over?: WindowIr;
}
export type ValueIr = ExprIr | { readonly moving: MovingIr };

/** When a rule fires; see schedule.ts for the exact times. Absent for rules that hold all along. */
export interface WhenIr {
  readonly unit: "epochs" | "steps";
  /** Every so many `unit`s. */
  readonly every?: ExprIr;
  /** At these moments (ends of epochs; steps after that many updates; step 0 is before the first). */
  readonly at?: readonly ExprIr[];
  readonly window?: WindowIr;
  /** True for a moving target: its last event moves to the window's end. */
  readonly lands: boolean;
}

export type StructureIr =
  | {
      readonly name:
        | "weights"
        | "filters"
        | "channels"
        | "neurons"
        | "units"
        | "kernels"
        | "taps"
        | "rows"
        | "columns"
        | "layers"
        | "gates";
    }
  | { readonly name: "blocks"; readonly height: number; readonly width: number }
  | { readonly name: "n:m"; readonly n: number; readonly m: number }
  | { readonly name: "strided"; readonly stride: number; readonly offset: number };

export type PatternIr =
  | { readonly glob: string }
  | { readonly range: readonly [number, number] }
  | { readonly place: "first" | "last" }
  /** Exactly the layer of this path, whatever characters its name holds. */
  | { readonly layer: string }
  /** The variable of a `for each layer as L`. */
  | { readonly variable: string };

export interface SelectionIr {
  /** Empty means every candidate layer. */
  readonly include: readonly PatternIr[];
  readonly exclude: readonly PatternIr[];
  /** Over `kind` (a string constant is ["string", "conv2d"]), `params`, `macs`, `units`, `name`. */
  readonly where?: ExprIr;
  /** Layer paths, when compiled against a network. */
  readonly layers?: readonly string[];
}

/** Tensors an expression reads, and so what computing it costs. */
export type Need =
  | "w"
  | "w0"
  | "dw"
  | "g"
  | "g2"
  | "h"
  | "hg"
  | "a"
  | "ga"
  | "x"
  | "m"
  | "gamma"
  | "beta"
  | "gate"
  | "alpha"
  | "random";

export interface CriterionIr {
  /** As written: "l1", or the text of the expression. */
  readonly name: string;
  readonly expr: ExprIr;
  readonly needs: readonly Need[];
  readonly under:
    "loss" | "synflow" | { readonly loss: string; readonly args: Readonly<Record<string, number>> };
  /** Calibration batches (default 1 when gradients or activations are needed), or accumulated on the training batches. */
  readonly over: { readonly batches: ExprIr } | "training" | null;
  /** A JavaScript criterion (not available yet). */
  readonly module?: string;
}

export type ScopeIr =
  | { readonly kind: "global" | "local" | "erk" | "er" | "row" | "sign" }
  | { readonly kind: "group"; readonly name: string };

export type AmountIr =
  /** A share of the units still alive in scope. */
  | { readonly kind: "drop-share"; readonly value: ValueIr }
  | { readonly kind: "drop-count"; readonly value: ValueIr }
  /** The share of all units that shall be dead. */
  | { readonly kind: "target"; readonly value: ValueIr }
  | { readonly kind: "keep-count"; readonly value: ValueIr; readonly each: boolean }
  | { readonly kind: "budget"; readonly limits: readonly BudgetLimit[] }
  /** `value` is an expression over `layer.mean(…)`, `layer.std(…)`, numbers. */
  | { readonly kind: "threshold"; readonly side: "below" | "above"; readonly value: ExprIr }
  /** n:m structures take no amount. */
  | { readonly kind: "pattern" };

export interface BudgetLimit {
  readonly measure: "macs" | "params" | "bytes";
  /** Relative limits are shares of the network as loaded. */
  readonly relative: boolean;
  readonly value: ExprIr;
}

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

export type RuleIr = PruneIr | RegrowIr | RestoreIr | PenalizeIr | FreezeIr | SlimIr | EvaluateIr | MarkIr;

export interface OptimizerIr {
  readonly name: "sgd" | "adam" | "adamw" | "rmsprop";
  /** Learning rate; a `steps(…)` rate is a list of pieces. */
  readonly rate:
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
  readonly length: { readonly unit: "epochs" | "steps"; readonly value: ExprIr };
  /** Unset: the host's `--batch`, else 32. */
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
  /** Over accuracy, loss, macs, params, bytes (shares of the network as loaded where the other side is a share) and `start.*`. */
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

/** What will happen, worked out before any training. */
export interface PlanIr {
  readonly network: {
    readonly name: string;
    readonly params: number;
    readonly macs: number;
    readonly units: number;
  };
  readonly phases: readonly PlannedPhase[];
  readonly events: readonly PlannedEvent[];
}
export interface PlannedPhase {
  /** Statement id, and which pass through it (1 for the first; repeats count on). */
  readonly id: number;
  readonly pass: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number | null;
}
export interface PlannedEvent {
  /** Statement id. */
  readonly id: number;
  readonly action: "prune" | "regrow" | "slim" | "restore" | "evaluate" | "mark" | "rewind";
  /** Index into `phases`; null between phases. */
  readonly phase: number | null;
  /** Fraction of the phase done in epochs (2 = end of epoch 2), and the step when known. */
  readonly epoch: number | null;
  readonly step: number | null;
  /** Units: asked for by the statement, and reachable after floors, ties, alignment. Exact or a range. */
  readonly nominal: number | null;
  readonly reachable: readonly [number, number] | null;
  /** After the event: dead of all in scope. */
  readonly dead: readonly [number, number] | null;
  readonly total: number | null;
  readonly params: readonly [number, number] | null;
  readonly macs: readonly [number, number] | null;
  /** Live units per layer where exact. */
  readonly layers: readonly {
    readonly layer: string;
    readonly live: readonly [number, number];
    readonly total: number;
  }[];
}
