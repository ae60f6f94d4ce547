import type { OptimizerIr } from "../../../core/ir/types.js";
import { optimizers } from "../../../core/ir/optimizers.js";
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

/** How a phase trains: its optimizer, where its rate begins, and whether the state of the one before stays. */
export interface ChosenOptimizer {
  readonly optimizer: OptimizerIr;
  /** Where the schedule stands at the phase's first step. */
  readonly rate: RatePosition;
  readonly keepsState: boolean;
}

/**
 * `train` starts afresh: the optimizer given, else after `rewind rate` the earlier one, else the network's default. After
 * `rewind rate` a phase that names no rate goes on at the earlier place of the earlier schedule. `finetune` keeps optimizer, state and last rate; one given replaces the rate and the
 * arguments, and the state where it is another rule. For a network never trained here it is the default at a tenth of its rate.
 */
export function chooseOptimizer(
  request: {
    readonly finetune: boolean;
    readonly optimizer: OptimizerIr | undefined;
    readonly times: PhaseTimes;
  },
  before: OptimizerState,
  fallback: OptimizerIr,
): ChosenOptimizer {
  const { finetune, optimizer: given, times } = request;
  const at = (rate: RatePosition["rate"]): RatePosition => ({ rate, phase: times, step: 0 });
  const own = ({ name, rate }: OptimizerIr): RatePosition => at(rate ?? optimizers[name].rate);
  const same = (optimizer: OptimizerIr): boolean => before.optimizer?.name === optimizer.name;
  if (given) {
    const rate = given.rate === undefined && before.continues ? before.continues : own(given);
    return { optimizer: given, rate, keepsState: finetune && same(given) };
  }
  if (before.continues && before.optimizer)
    return { optimizer: before.optimizer, rate: before.continues, keepsState: finetune };
  if (!finetune) return { optimizer: fallback, rate: own(fallback), keepsState: false };
  if (before.optimizer && before.rate)
    return { optimizer: before.optimizer, rate: at(rateAt(before.rate)), keepsState: true };
  return { optimizer: fallback, rate: at(rateAt(own(fallback)) / 10), keepsState: false };
}
