import type {
  AmountIr,
  CriterionIr,
  ExprIr,
  OptimizerIr,
  PenalizeIr,
  PointIr,
  PruneIr,
  RegrowIr,
  ReinitializeIr,
  RestoreIr,
  ScopeIr,
  SelectionIr,
  StructureIr,
  TrainIr,
  UpdateIr,
  ValueIr,
  WhenIr,
} from "../core/ir/types.js";

/**
 * The spelling of statements in emitted loops: flat objects with the defaults left out. `normalize.ts` gives the
 * IR nodes they stand for.
 */

export type SelectionSpec = SelectionIr;
export type AmountSpec = AmountIr;

/** Made by `criterion(name, expression, options)`; a bare expression is named by its text. */
export type CriterionSpec = ExprIr | CriterionIr;

/** When a rule fires: `{ every: 2, unit: "epochs" }`, `{ at: [10, 20], unit: "epochs" }`. */
export interface WhenSpec extends WhenIr {
  /** What the events score by, for criteria `over training`: they are summed from the start of the phase on. */
  readonly accumulate?: AccumulateSpec | readonly AccumulateSpec[];
}

export interface AccumulateSpec extends SelectionSpec {
  readonly structure: StructureIr;
  readonly by: CriterionSpec;
  readonly joins?: PruneIr["joins"];
  /** Statement id, for a regrow that is paired. Default: that of the rule. */
  readonly id?: number;
  /** A threshold or an allocation beside the score. */
  readonly beside?: ExprIr;
  /** True where what is latently dead is scored with the values underneath. */
  readonly latent?: boolean;
}

export interface PruneSpec extends SelectionSpec, AmountSpec {
  readonly structure: StructureIr;
  readonly by: CriterionSpec;
  readonly normalized?: NonNullable<PruneIr["normalized"]>;
  /** How the members' scores of a coupled unit combine. Default "sum", but "mean" for what is the same for all members. */
  readonly members?: PruneIr["members"];
  /** Default "local". */
  readonly scope?: ScopeIr;
  /** Default "held". */
  readonly manner?: PruneIr["manner"];
  /** What a threshold took latently waits for a `restore`. Default: it comes back by itself once it is over the threshold. */
  readonly awaitsRestore?: boolean;
  /** Default "couple". */
  readonly joins?: PruneIr["joins"];
  /** Living units that every layer keeps: a count, or `{ share }`. Default 1. */
  readonly keeping?: number | { readonly share: number };
  readonly collapse?: boolean;
  /** Kept counts are multiples of this. Default 1. */
  readonly aligned?: number;
  readonly regrow?: RegrowSpec;
}

export interface RegrowSpec extends SelectionSpec, AmountSpec {
  /** Statement id: required when paired, since the pair acts in one call. */
  readonly id?: number;
  readonly structure?: StructureIr;
  readonly by: CriterionSpec;
  readonly allocated?: NonNullable<RegrowIr["allocated"]>;
  /** Default "zero" for weights, "fresh" for structures. */
  readonly values?: RegrowIr["values"];
  readonly includingDropped?: boolean;
}

export interface RestoreSpec extends SelectionSpec {
  readonly structure: StructureIr;
  readonly by: CriterionSpec;
  readonly above: RestoreIr["above"];
}

export interface PenaltySpec extends SelectionSpec, Partial<WhenIr> {
  readonly id: number;
  readonly structure: StructureIr;
  readonly by: CriterionSpec;
  readonly among?: {
    readonly end: NonNullable<PenalizeIr["among"]>["end"];
    readonly share: ValueIr;
    readonly by: CriterionSpec;
    /** Default "local". */
    readonly scope?: ScopeIr;
  };
  readonly strength: ValueIr;
}

export interface FreezeSpec extends SelectionSpec, Partial<WhenIr> {
  readonly id: number;
  readonly structure: StructureIr;
}

/** Only these weights receive gradient; the others decay and keep their momentum. */
export interface UpdateSpec extends SelectionSpec, Partial<WhenIr> {
  readonly id: number;
  readonly end: UpdateIr["end"];
  readonly share: ValueIr;
  readonly by: CriterionSpec;
  /** Default "local". */
  readonly scope?: ScopeIr;
}

export interface TrainSpec {
  /** One of the two lengths. */
  readonly epochs?: ExprIr;
  readonly steps?: ExprIr;
  /** Keeps the optimizer and the last rate. */
  readonly finetune?: boolean;
  /** Examples per step. Default: `batch` of the settings. */
  readonly batch?: ExprIr;
  /** Default: the network's training config, else adam(rate: 1e-3). */
  readonly optimizer?: OptimizerIr;
  /** Default: from the training config or the last activation. */
  readonly loss?: string | NonNullable<TrainIr["loss"]>;
  /** Ends the phase after an epoch at whose end this holds. */
  readonly until?: ExprIr;
  readonly penalties?: readonly PenaltySpec[];
  readonly frozen?: readonly FreezeSpec[];
  readonly updates?: readonly UpdateSpec[];
  /** True where a condition below compares the accuracy under this loss: where there is none, that is said before it trains. */
  readonly accuracy?: boolean;
  /** True when no training follows in the program: an event at the very end then revives nothing. */
  readonly last?: boolean;
  /** Moments that later rewinds need. */
  readonly snapshots?: readonly PointIr[];
}

export interface ReinitializeSpec extends SelectionSpec {
  readonly by?: string | NonNullable<ReinitializeIr["by"]>;
}
