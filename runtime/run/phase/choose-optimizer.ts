import type { PhaseTimes } from "../../../core/schedule/schedule.js";
import type { OptimizerIr } from "../../../core/ir/types.js";
import { usualRates } from "../../../core/schedule/default-optimizer.js";
import { rateAt, type OptimizerState, type RatePosition } from "./optimizer-state.js";

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
  const own = ({ name, rate }: OptimizerIr): RatePosition => at(rate ?? usualRates[name]);
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
