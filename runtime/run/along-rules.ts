import type { TrainIr } from "../../compiler/ir/types.js";
import type { PhaseTimes } from "../../compiler/ir/schedule.js";
import type { Accumulated } from "../pruning/context.js";
import { hold, reveal } from "../pruning/hold.js";
import { dropDeadGradients } from "./dead-gradients.js";
import type { Session } from "./session.js";

/** What acts in every step of a phase rather than at moments: penalties, freezes, restricted updates, and the masks. */
export interface AlongRules {
  /** Sums of criteria `over training`, by statement id. */
  readonly accumulated: Map<number, Accumulated>;
  /** Adds penalties to the gradients and takes away what shall not act; returns what the penalties add to the loss. */
  beforeUpdate(session: Session, gradients: Map<string, Float32Array>, step: number): number;
  /** Puts dead weights back to what their masks say, and frozen ones to what they were. Returns the keys it changed. */
  afterUpdate(session: Session): ReadonlySet<string>;
}

export function alongRules(_ir: TrainIr, _times: PhaseTimes): AlongRules {
  return {
    accumulated: new Map(),
    beforeUpdate(session, gradients) {
      reveal(session);
      dropDeadGradients(session.state, gradients);
      return 0;
    },
    afterUpdate: (session) => hold(session),
  };
}
