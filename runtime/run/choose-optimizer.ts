import type { PhaseTimes } from "../../compiler/ir/schedule.js";
import type { OptimizerIr } from "../../compiler/ir/types.js";
import { rateAt, type OptimizerState, type RatePosition } from "./optimizer-state.js";

/** How a phase trains: its optimizer, where its rate begins, and whether the state of the one before stays. */
export interface ChosenOptimizer {
  readonly optimizer: OptimizerIr;
  /** Where the schedule stands at the phase's first step. */
  readonly rate: RatePosition;
  readonly keepsState: boolean;
}

/**
 * `train` starts afresh: the optimizer given, else after `rewind rate` the earlier one at the earlier place of its schedule,
 * else the network's default. `finetune` keeps optimizer, state and last rate; one given replaces the rate and the
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
  const at = (rate: OptimizerIr["rate"]): RatePosition => ({ rate, phase: times, step: 0 });
  const same = (optimizer: OptimizerIr): boolean => before.optimizer?.name === optimizer.name;
  if (given) return { optimizer: given, rate: at(given.rate), keepsState: finetune && same(given) };
  if (before.continues && before.optimizer)
    return { optimizer: before.optimizer, rate: before.continues, keepsState: finetune };
  if (!finetune) return { optimizer: fallback, rate: at(fallback.rate), keepsState: false };
  if (before.optimizer && before.rate)
    return { optimizer: before.optimizer, rate: at(rateAt(before.rate)), keepsState: true };
  return { optimizer: fallback, rate: at(rateAt(at(fallback.rate)) / 10), keepsState: false };
}
