import { windowSteps, type PhaseTimes, type TimeWindow } from "../../compiler/ir/schedule.js";
import type { TrainIr, WhenIr } from "../../compiler/ir/types.js";
import { timeWindow } from "../optimizers/rates.js";
import type { Accumulated } from "../pruning/context.js";
import { hold, reveal } from "../pruning/hold.js";
import { penaltyRule } from "../pruning/penalty.js";
import { dropDeadGradients } from "./dead-gradients.js";
import { momentOf, pruningContext } from "./engine.js";
import type { Session } from "./session.js";

/** What acts in every step of a phase rather than at moments: penalties, freezes, restricted updates, and the masks. */
export interface AlongRules {
  /** Sums of criteria `over training`, by statement id. */
  readonly accumulated: Map<number, Accumulated>;
  /** What moving values of these rules move over, by statement id. */
  readonly windows: ReadonlyMap<number, TimeWindow | undefined>;
  /** Adds penalties to the gradients and takes away what shall not act; returns what the penalties add to the loss. */
  beforeUpdate(session: Session, gradients: Map<string, Float32Array>, step: number): number;
  /** Puts dead weights back to what their masks say, and frozen ones to what they were. Returns the keys it changed. */
  afterUpdate(session: Session): ReadonlySet<string>;
}

export function alongRules(ir: TrainIr, times: PhaseTimes): AlongRules {
  const windows = new Map(ir.rules.map(({ id, when }) => [id, timeWindow(when?.window)]));
  const penalties = ir.rules
    .filter((rule) => rule.kind === "penalize")
    .map((rule) => ({ id: rule.id, rule: penaltyRule(rule), active: activity(rule.when, times) }));
  return {
    accumulated: new Map(),
    windows,
    beforeUpdate(session, gradients, step) {
      let added = 0;
      for (const { id, rule, active } of penalties)
        if (active(step)) added += rule.add(pruningContext(session), momentOf(session, id), gradients);
      reveal(session);
      dropDeadGradients(session.state, gradients);
      return added;
    },
    afterUpdate: (session) => hold(session),
  };
}

/** Whether a rule acts in the step after `step` updates: from its window's first step until its last. */
function activity(when: WhenIr | undefined, times: PhaseTimes): (step: number) => boolean {
  const bounds = windowSteps(timeWindow(when?.window), times);
  return bounds === null ? () => false : (step) => step >= bounds[0] && step < bounds[1];
}
