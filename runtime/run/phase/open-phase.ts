import type { PhaseTimes, TimeWindow } from "../../../core/schedule/schedule.js";
import type { TrainIr } from "../../../core/ir/types.js";
import type { Augmenter } from "../../data/augment.js";
import type { Optimizer } from "../../optimizers/types.js";
import type { Schedule } from "../../optimizers/rates.js";
import type { ChosenOptimizer, OptimizerState } from "./optimizer.js";
import type { AlongRules } from "./along-rules.js";
import type { Teacher } from "./teacher.js";
import type { TrainingSums } from "../../scores/over-training.js";

/** A phase under way. All but `progress` follows from the program and the data. */
export interface OpenPhase {
  readonly ir: TrainIr;
  readonly times: PhaseTimes;
  /** Steps in all; fewer once it is stopped. */
  steps: number;
  /** Examples per step. */
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly args: ReadonlyMap<string, number>;
  /** Rate by steps of this phase. */
  readonly rate: Schedule;
  /** What its batches go through; unset: they train as the data give them. */
  readonly augmented: Augmenter | undefined;
  /** Penalties, freezes and restrictions of updates. */
  readonly along: AlongRules;
  /** What the batches learn from beside their targets; null: nothing. */
  readonly teacher: Teacher | null;
  /** Criteria accumulated over the training batches. */
  readonly training: TrainingSums;
  /** Steps at which a snapshot is due. */
  readonly snapshots: ReadonlySet<number>;
  /** What moving values of the rules move over, by statement id; unset: the phase. */
  readonly windows: Map<number, TimeWindow | undefined>;
  /** Rules that act at moments, by statement id. */
  readonly announced: Set<number>;
  /** Whether any training follows in the program. */
  readonly followed: boolean;
  readonly progress: PhaseProgress;
}

/** What a checkpoint keeps of a phase. Plain JSON. */
export interface PhaseProgress {
  /** Journal number of the phase. */
  readonly number: number;
  /** Hash of a teacher that lies in a file; null where there is none. */
  readonly teacher: string | null;
  readonly chosen: ChosenOptimizer;
  /** Epochs of the run done before this phase. Kept, since working it out again would round. */
  readonly epochBefore: number;
  /** Updates of the optimizer before this phase. */
  readonly updatesBefore: number;
  /** Steps done. */
  step: number;
  /** Epoch under way, from 1, and steps done in it. */
  epoch: number;
  inEpoch: number;
  /** Of the epochs since the masks last changed, the one at whose end it measured best; unless that is asked for, null. */
  best: { readonly epoch: number; readonly value: number } | null;
  /** `until` held, or patience has run out: no further epoch. */
  stopped: boolean;
  /** By statement id of a rule, the step at which it fired last. */
  readonly fired: Record<number, number>;
  /** Sums over the epoch under way. */
  sums: EpochSums;
}

export interface EpochSums {
  /** Of losses times rows. */
  loss: number;
  /** Of right rows, as their batches weigh them; null once accuracy has no meaning. */
  correct: number | null;
  /** Of rows that might be right, weighed alike. */
  counted: number;
  rows: number;
}

/** Null where accuracy has no meaning, or nothing counts. */
export const accuracyOf = ({ correct, counted }: EpochSums): number | null =>
  correct === null || counted === 0 ? null : correct / counted;

export const noSums = (): EpochSums => ({ loss: 0, correct: 0, counted: 0, rows: 0 });

/** The state of the optimizer as a phase has brought it, its rate `step` updates into the phase. */
export function optimizerAt(
  { progress, batch }: OpenPhase,
  before: OptimizerState,
  step: number,
): OptimizerState {
  const { optimizer, rate } = progress.chosen;
  return {
    optimizer,
    updates: progress.updatesBefore + progress.step,
    rate: { ...rate, step: rate.step + step },
    continues: null,
    first: before.first ?? { optimizer, rate },
    batch,
  };
}
