import type { ExprIr } from "../../../core/ir/types.js";
import type { PhaseTimes } from "../../../core/schedule/schedule.js";
import type { LatencyModel } from "../../../core/latency/model.js";
import type { Network } from "../../../core/network/types.js";
import type { Backend } from "../../backend/types.js";
import type { CheckpointStore } from "../../checkpoint/checkpoints.js";
import type { DataSource } from "../../data/types.js";
import type { Accumulated } from "../../scores/gather.js";
import type { UnitScores } from "../../../core/events/scoring.js";
import type { MaskState } from "../../../core/masks/state.js";
import type { ParameterStore, Slots } from "../../../core/parameters.js";
import type { Executor, Loss, Metric, OwnFunction } from "../../types.js";
import type { Measure } from "../../../core/ir/sizes.js";
import type { Host, Lock } from "./host.js";
import type { Clock, Journal, Stopwatch } from "./journal.js";
import type { OpenPhase, PhaseProgress } from "../phase/open-phase.js";
import type { Options } from "./options.js";
import type { OptimizerState } from "../phase/optimizer.js";
import type { Watcher } from "../../watch/types.js";
import type { RunRecord } from "../report/log.js";
import type { Snapshot } from "../steps/snapshots.js";
import type { LastGood } from "../steps/while.js";

/** All that a run consists of at one moment. Steps read and replace its fields; nothing else keeps state. */
export interface Session extends Given, Model, Training, Program, Told {}

/** What stays the same as long as the run lasts. */
interface Given {
  readonly host: Host;
  readonly options: Options;
  readonly backend: Backend;
  readonly data: DataSource | null;
  /** Losses in JavaScript that a live model was compiled with, one per output or null. */
  readonly ownLosses: readonly (OwnFunction | null)[];
  /** What is measured beside loss and accuracy. */
  readonly metrics: readonly Metric[];
  /** The network as loaded, before any cut. */
  readonly loaded: Network;
  start: StartFacts;
  /** Times of layers that `latency` goes by, from the first statement on that asks for them; null before. */
  times: LatencyModel | null;
  /** Kept until the run ends; null without an output folder. */
  readonly lock: Lock | null;
  readonly store: CheckpointStore | null;
}

/** The network as it stands: what the engine calls a body, and what runs it. */
interface Model {
  network: Network;
  parameters: ParameterStore;
  slots: Slots;
  state: MaskState;
  executor: Executor;
  /** Losses asked for by the phase under way or the last one; null: as the network says. */
  losses: readonly Loss[] | null;
  baselines: Baselines;
  /** Evaluations of the network as it stands. */
  evaluated: readonly Evaluated[];
  /** What each `slim` so far did to the network: replayed over the loaded one on resuming. */
  readonly slims: SlimRecord[];
  /** By name: "mark NAME", "phase ID STEP". */
  readonly snapshots: Map<string, Snapshot>;
  /** Whether some statement said `allowing collapse`: emptied branches may go whole. */
  collapses: boolean;
}

interface Training {
  optimizer: OptimizerState;
  /** Whether optimizer state of dead weights stays dense, since some `regrow` reads it (`by abs(m)`). */
  keepsMomentum: boolean;
  /** What `aligned to auto` stands for in this run, from its first event on; null before. */
  aligned: number | null;
  phase: OpenPhase | null;
  /** Times of the phases so far, by statement id; the first pass of each. */
  readonly phases: Map<number, PhaseTimes>;
  /** The phase that a checkpoint stood in, until the program gets there again. */
  resumes: PhaseProgress | null;
  /** What it had accumulated, by statement id. */
  readonly resumedSums: Map<number, Accumulated>;
}

/** Where the program stands, and when that is kept. */
interface Program {
  readonly clock: Clock;
  journal: Journal;
  /** The `repeat`s under way, outermost first. */
  readonly repeats: Loop[];
  /** What a pass of a loop that may be undone began with, by the loop's statement id; outermost first. */
  readonly lastGood: Map<number, LastGood>;
  /** Searches under way, by statement id; what their trials begin with is in `lastGood`. */
  readonly searches: Map<number, Searching>;
  /** Set while a search goes through its block without training, to see how large a proposal leaves the network. */
  rehearsal: Rehearsal | null;
  /** Set by `interrupt` or the host's signal: the run ends at the next moment it can be resumed from. */
  interrupted: boolean;
  /** Set by `stop`: the phase under way ends after this step as if it were no longer, and the statement with it. */
  stopped: boolean;
  lastCheckpoint: { seconds: number; step: number };
  checkpointWanted: boolean;
}

/** A `search` between two trials. Plain JSON, part of every checkpoint. */
export interface Searching {
  /** Number in the journal at which every trial begins. */
  readonly base: number;
  /** What the clock stood at, and how long history and event log were. */
  readonly clock: Clock;
  readonly history: number;
  readonly events: number;
  /** Place of the search among those of the record. */
  readonly row: number;
  /** Layers that share a value, by path; null until that is known. */
  groups: readonly (readonly string[])[] | null;
  /** The end of the range at which the network is smallest, once that was asked: 0 or 1. */
  cheap: number | null;
  /** Trials so far: where in the range, and what came of it; null where it ended over a limit. */
  readonly trials: { readonly point: readonly number[]; readonly result: number | null }[];
}

export interface Rehearsal {
  /** Layers that share units, as the prunes met them that ask for a value by layer. */
  readonly groups: (readonly string[])[];
  /** Whether weights and masks still are those that every pass of the search begins with. */
  untouched: boolean;
  /** Scores of the events until then, which are the same in each pass. */
  readonly scores: Map<string, UnitScores>;
  /** Layers to be re-fitted, as soon as something acts on their weights. */
  refit: (() => Promise<unknown>) | null;
}

/** A `repeat` under way. */
export interface Loop {
  readonly id: number;
  /** From 1; 0 before the first. */
  pass: number;
  readonly times: number;
  readonly while?: ExprIr | undefined;
}

/** For the report and for those who watch. */
interface Told {
  readonly record: RunRecord;
  watchers: readonly Watcher[];
  stopwatch: Stopwatch;
  /** ISO date of the first process of the run. */
  startedAt: string;
}

export interface SlimRecord {
  /** Layers (indices then) that got a bias to take up constants. */
  readonly biases: Int32Array;
  /** Channels removed. */
  readonly channels: Int32Array;
  /** Layers (indices once those had gone, the last one first) that became a shift and a 1×1 convolution. */
  readonly shifts: Int32Array;
}

export interface Evaluated extends Measured {
  readonly on: "test" | "train" | "validation";
  readonly loss: number;
  /** Metrics in JavaScript, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Of a network; null where it was not measured, or has no meaning. */
export interface Measured {
  readonly accuracy: number | null;
  /** Unset where there are no more than five classes. */
  readonly top5Accuracy?: number;
  readonly loss: number | null;
  /** Metrics in JavaScript, by name, where they were measured, too. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** What conditions compare with, measured where they measure. Plain JSON. */
export interface Baselines {
  /** The network as loaded. */
  start: Measured | null;
  /** Just before the first cut; null before any. */
  dense: Measured | null;
  /** The highest accuracies and the lowest loss that were measured. */
  best: Measured;
}

/** The network as loaded: what relative budgets and checkpoints compare with. */
export interface StartFacts {
  readonly measures: Measure;
  readonly hash: string;
}
