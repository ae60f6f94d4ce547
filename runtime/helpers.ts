import type { names } from "../core/expr/names.js";
import type { operators } from "../core/expr/operators.js";
import type { ExprIr, PointIr } from "../core/ir/types.js";
import type * as expressions from "./expressions.js";
import type { Batch } from "./types.js";
import type {
  PruneSpec,
  RegrowSpec,
  ReinitializeSpec,
  RestoreSpec,
  SelectionSpec,
  TrainSpec,
  WhenSpec,
} from "./specs.js";

/**
 * The whole contract between emitted loops and the runtime. The first argument of every step is the id of its
 * statement: event log, journal and `settings.statements` speak of statements by it.
 */

type Nothing<T extends never> = T;
type Spelled =
  (typeof names)[keyof typeof names]["constant"] | (typeof operators)[keyof typeof operators]["combinator"];
/** What the tables of names and operators spell and `expressions.ts` does not export: the type checker names it here. */
export type Unspelled = Nothing<Exclude<Spelled, keyof typeof expressions | null>>;

/** What stands on top of an emitted module. Options given to `openRun` override it. */
export interface Settings {
  /** Path of the LayersModel to prune, or a live one. */
  readonly network: unknown;
  /** Path or name of data, functions that yield batches, or a DataSource: `DataGiven`. */
  readonly data: unknown;
  /** Examples per training step where a phase says nothing. */
  readonly batch: number;
  readonly seed: number;
  /** Hash of the program: a checkpoint of another program is refused. */
  readonly program: string;
  /** Of the layers of the network that the loop was compiled for, where it names any: another network is refused. */
  readonly layers?: string;
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
  slim(id: number): Promise<void>;
  /** `on`: "test" (default), "train", "validation". */
  evaluate(id: number, on?: "test" | "train" | "validation"): Promise<void>;
  mark(id: number, name: string): Promise<void>;
  rewind(id: number, spec: RewindSpec): Promise<void>;
  reinitialize(id: number, spec?: ReinitializeSpec): Promise<void>;
  shuffle(id: number, spec?: SelectionSpec): Promise<void>;
  harden(id: number, spec?: SelectionSpec): Promise<void>;
  load(id: number, what: "masks" | "weights", path: string, spec?: SelectionSpec): Promise<void>;
  /** Ends the run with a failure when the condition does not hold. */
  require(id: number, condition: ExprIr): Promise<void>;
  /** Writes network, masks and report into a directory. */
  save(id: number, path: string): Promise<void>;
  /** Counts 1, 2, … `times`; a durable counter. */
  repeat(id: number, times: number): AsyncIterable<number>;
  /** The paths of the layers selected, in network order. */
  layers(id: number, spec: SelectionSpec): AsyncIterable<string>;
  /** Whether the `until` of a repeat holds now. */
  until(id: number, condition: ExprIr): Promise<boolean>;
  finish(): Promise<unknown>;
}

export interface RewindSpec {
  readonly what: readonly ("weights" | "rate" | "optimizer" | "masks")[];
  /** The network as loaded, a mark's name, or a moment of the phase with this id. */
  readonly to: "start" | { readonly mark: string } | { readonly phase: number; readonly point: PointIr };
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
