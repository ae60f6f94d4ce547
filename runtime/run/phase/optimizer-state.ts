import type { OptimizerIr } from "../../../core/ir/types.js";
import type { PhaseTimes } from "../../../core/schedule/schedule.js";
import { rateSchedule } from "../../optimizers/rates.js";

/** What outlives a phase: which optimizer ran, for how many updates, where on its rate it stood, on what batches. Plain JSON. */
export interface OptimizerState {
  /** Null before the first phase. */
  readonly optimizer: OptimizerIr | null;
  /** Updates since its slots began (Adam's bias correction). */
  readonly updates: number;
  /** The schedule followed last, and how far; null before the first phase. */
  readonly rate: RatePosition | null;
  /** Set by `rewind rate`: the next phase without an optimizer of its own goes on from here. */
  readonly continues: RatePosition | null;
  /** How the run's first phase began: what `rewind rate to start` goes back to. Null before it. */
  readonly first: { readonly optimizer: OptimizerIr; readonly rate: RatePosition } | null;
  /** Examples per step of the phase that ran last: a `finetune` keeps them. Null before the first phase. */
  readonly batch: number | null;
}

/** A place on a schedule: the rate of a phase of these times, `step` updates into it. */
export interface RatePosition {
  readonly rate: NonNullable<OptimizerIr["rate"]>;
  readonly phase: PhaseTimes;
  readonly step: number;
}

export const noOptimizer: OptimizerState = {
  optimizer: null,
  updates: 0,
  rate: null,
  continues: null,
  first: null,
  batch: null,
};

export function rateAt({ rate, phase, step }: RatePosition): number {
  return rateSchedule(rate, phase)(step);
}
