import type {
  AccumulatedSpelled,
  AmongSpelled,
  CriterionIr,
  ExprIr,
  FreezeIr,
  OptimizerIr,
  PenalizeIr,
  PointIr,
  PruneSpelled,
  RegrowSpelled,
  ReinitializeIr,
  RestoreIr,
  SelectionIr,
  TrainIr,
  UpdateSpelled,
  WhenIr,
} from "../core/ir/types.js";

/** What loops hand to the runtime: statements of the IR, their ids and moments said apart, with what is usual left out. */

/** Made by `criterion(name, expression, options)`; a bare expression is named by its text. */
export type CriterionSpec = ExprIr | CriterionIr;
interface Scored {
  readonly by: CriterionSpec;
}
type Said = "kind" | "id" | "text" | "when" | "by";
/** Rules that hold all along stand in a list, with their ids and the window that they hold in. */
interface Along extends Partial<WhenIr> {
  readonly id: number;
}

export type SelectionSpec = SelectionIr;

/** When a rule fires: `{ every: 2, unit: "epochs" }`, `{ at: [10, 20], unit: "epochs" }`. */
export interface WhenSpec extends WhenIr {
  /** What the events score by, for criteria `over training`: they are summed from the start of the phase on. */
  readonly accumulate?: AccumulateSpec | readonly AccumulateSpec[];
}
export interface AccumulateSpec extends Omit<AccumulatedSpelled, "by">, Scored {}

export interface PruneSpec extends Omit<PruneSpelled, Said | "regrow">, Scored {
  readonly regrow?: RegrowSpec;
}
export interface RegrowSpec extends Omit<RegrowSpelled, Said>, Scored {
  /** Statement id: required when paired, since the pair acts in one call. */
  readonly id?: number;
}
export interface RestoreSpec extends Omit<RestoreIr, Said>, Scored {}
export interface PenaltySpec extends Omit<PenalizeIr, Said | "among">, Scored, Along {
  readonly among?: Omit<AmongSpelled, "by"> & Scored;
}
export interface FreezeSpec extends Omit<FreezeIr, Said>, Along {}
export interface UpdateSpec extends Omit<UpdateSpelled, Said>, Scored, Along {}

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
