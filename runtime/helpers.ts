import type { names } from "../core/expr/names.js";
import type { operators } from "../core/expr/operators.js";
import type { OptimizerName } from "../core/ir/optimizers.js";
import type {
  AccumulatedSpelled,
  AmongSpelled,
  CriterionIr,
  ExprIr,
  FreezeIr,
  LearnIr,
  MarkIr,
  PenalizeIr,
  PointIr,
  PrunedSpelled,
  PruneSpelled,
  PullSpelled,
  SlimIr,
  QuantizeIr,
  RegrowSpelled,
  RecalibrateIr,
  ReinitializeIr,
  RepeatIr,
  RestoreIr,
  SearchIr,
  SelectionIr,
  StepIr,
  TrainSpelled,
  UpdateSpelled,
  WhenIr,
} from "../core/ir/types.js";
import type * as expressions from "./expressions.js";
import type { Batch } from "./types.js";

/**
 * The whole contract between emitted loops and the runtime. The first argument of every step is the id of its
 * statement: event log, journal and `settings.statements` speak of statements by it.
 */

type Nothing<T extends never> = T;
type Spelled =
  | (typeof names)[keyof typeof names]["constant"]
  | (typeof operators)[keyof typeof operators]["combinator"]
  | OptimizerName;
/** What the tables of names, operators and optimizers spell and `expressions.ts` does not export: the type checker names it here. */
export type Unspelled = Nothing<Exclude<Spelled, keyof typeof expressions | null>>;
/** Steps of the IR that loops cannot call: likewise. */
export type Uncalled = Nothing<Exclude<StepIr["kind"], keyof Run | "for-each">>;

/** What stands on top of an emitted module. Options given to `openRun` override it. */
export interface Settings {
  /** Path of the LayersModel to prune, or a live one. */
  readonly network: unknown;
  /** Path or name of data, functions that yield batches, or a DataSource: `DataGiven`. */
  readonly data: unknown;
  /** Share of the training examples that is held out for validation. */
  readonly validation?: number;
  /** Examples per training step where a phase says nothing. */
  readonly batch: number;
  readonly seed: number;
  /** Hash of the program: a checkpoint of another program is refused. */
  readonly program: string;
  /** Of the layers of the network that the loop was compiled for, where it names any: another network is refused. */
  readonly layers?: string;
  /** Moments that conditions compare with, beside what stands: `dense.accuracy`. */
  readonly compares?: readonly ("start" | "dense")[];
  /** Base name of the `.prune` file. */
  readonly source: string;
  /** What the ids stand for: the statements as written. */
  readonly statements: Readonly<Record<number, string>>;
}

export interface Run {
  /** Starts a phase with a fresh optimizer (`finetune` keeps the last one). */
  train(id: number, spec: TrainSpec): Promise<Phase>;
  prune(id: number, spec: PruneSpec): Promise<void>;
  regrow(id: number, spec: RegrowSpec): Promise<void>;
  restore(id: number, spec: RestoreSpec): Promise<void>;
  slim(id: number, spec?: SlimSpec): Promise<void>;
  /** `on`: "test" (default), "train", "validation". */
  evaluate(id: number, on?: "test" | "train" | "validation"): Promise<void>;
  mark(id: number, name: string, spec?: MarkSpec): Promise<void>;
  rewind(id: number, spec: RewindSpec): Promise<void>;
  reinitialize(id: number, spec?: ReinitializeSpec): Promise<void>;
  /** Moving statistics of batch norms become the means over so many training batches. */
  recalibrate(id: number, spec: RecalibrateSpec): Promise<void>;
  shuffle(id: number, spec?: SelectionSpec): Promise<void>;
  invert(id: number, spec?: SelectionSpec): Promise<void>;
  harden(id: number, spec?: SelectionSpec): Promise<void>;
  /** Weights get as few values as `bits` number, which they share from here on. */
  quantize(id: number, spec?: QuantizeSpec): Promise<void>;
  load(id: number, what: "masks" | "weights", path: string, spec?: SelectionSpec): Promise<void>;
  /** Ends the run with a failure when the condition does not hold. */
  require(id: number, condition: ExprIr): Promise<void>;
  /** A step in JavaScript, by its name among the imports. */
  call(id: number, name: string, given?: Readonly<Record<string, number | string>>): Promise<void>;
  /** Writes network, masks and report into a directory. */
  save(id: number, path: string): Promise<void>;
  /**
   * Counts 1, 2, … `times`; a durable counter. `while` is measured before the first pass and after each; the pass that breaks it is
   * undone whole, and the loop ends.
   */
  repeat(id: number, times: number, spec?: RepeatSpec): AsyncIterable<number>;
  /**
   * Values that an agent chooses, one a trial; what a trial leaves is undone before the next. The last pass has those of the best trial.
   * Before a trial the block may be gone through without training, to see how large it leaves the network.
   */
  search(id: number, spec: SearchSpec & { readonly perLayer: true }): AsyncIterable<ExprIr>;
  search(id: number, spec: SearchSpec): AsyncIterable<number>;
  /** The paths of the layers selected, in network order. */
  layers(id: number, spec: SelectionSpec): AsyncIterable<string>;
  /** Whether the loop over layers with this id is at its last one. */
  isLastLayer(id: number): boolean;
  /** Whether the `until` of a repeat holds now; not in a pass that its `while` undoes. */
  until(id: number, condition: ExprIr): Promise<boolean>;
  finish(): Promise<unknown>;
}

/** `teaches`: a phase below learns from the network as it stands here, which is kept uncut. */
export type MarkSpec = Pick<MarkIr, "teaches">;
export type SlimSpec = Pick<SlimIr, "keepsTaps">;

export interface RewindSpec {
  readonly what: readonly ("weights" | "rate" | "optimizer" | "masks" | "gates")[];
  /** The network as loaded, a mark's name, or a moment of the phase with this id. */
  readonly to: "start" | { readonly mark: string } | { readonly phase: number; readonly point: PointIr };
}

export type RepeatSpec = Pick<RepeatIr, "while">;

export interface SearchSpec extends Omit<SearchIr, Said | "body" | "perLayer" | "agent"> {
  readonly perLayer?: boolean;
  /** Arguments that are left out are those of the language. */
  readonly agent: SearchIr["agent"];
}

export interface Phase {
  /** Announces a rule of this phase; its steps of firing are worked out here, once. */
  rule(id: number, when: WhenSpec): Rule;
  /** Before the first step; needed only where rules fire at step 0. */
  start(): Promise<void>;
  /** Durable counter of epochs, from 1; ends early when the phase's `until` holds. */
  epochs(): AsyncIterable<number>;
  batches(epoch: number): AsyncIterable<Batch>;
  /** Forward, backward, penalties, update, masks. */
  step(batch: Batch): Promise<void>;
  end(): Promise<void>;
}

export interface Rule {
  /** Whether the rule fires at this very step (0 before the first). True once per event. */
  due(): boolean;
}

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
export interface LearnSpec extends Omit<LearnIr, Said>, Along {}
export interface FreezeSpec extends Omit<FreezeIr, Said>, Along {}
export interface UpdateSpec extends Omit<UpdateSpelled, Said>, Scored, Along {}
export interface PullSpec extends Omit<PullSpelled, Said | "toward">, Along {
  readonly toward: Omit<PrunedSpelled, "by"> & Scored;
}

/**
 * One phase of training, `epochs` or `steps` long. `finetune` keeps the optimizer and the last rate. `batch`: examples per step, by
 * default `batch` of the settings. `optimizer`: by default that of the network's training config, else adam(rate: 1e-3). `loss`: by
 * default that of the training config, else the one that goes with the last activation. `distillation`: what the loss adds up with. `until` ends the phase after an epoch at
 * whose end it holds. `snapshots`: moments that later rewinds need.
 */
export interface TrainSpec extends Omit<TrainSpelled, Said | "rules" | "implicit"> {
  readonly penalties?: readonly PenaltySpec[];
  readonly learned?: readonly LearnSpec[];
  readonly frozen?: readonly FreezeSpec[];
  readonly updates?: readonly UpdateSpec[];
  readonly pulls?: readonly PullSpec[];
  /** True where a condition below compares the accuracy under this loss: where there is none, that is said before it trains. */
  readonly accuracy?: boolean;
  /** The same of top-5 accuracy. */
  readonly top5Accuracy?: boolean;
  /** True when no training follows in the program: an event at the very end then revives nothing. */
  readonly last?: boolean;
}

export type QuantizeSpec = Omit<QuantizeIr, Said>;
export type RecalibrateSpec = Pick<RecalibrateIr, "over">;
export type ReinitializeSpec = Omit<ReinitializeIr, Said | "by"> & Pick<ReinitializeIr, "by">;
