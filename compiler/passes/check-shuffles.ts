import type { RuleIr, StepIr } from "../../core/ir/types.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Warns of a `shuffle masks` above everything that makes masks: it would be a control of nothing. */
export function checkShuffles(state: FrontState): FrontState {
  visit(state.body, false, state);
  return state;
}

/** Gives whether there may be masks after the steps. */
function visit(steps: readonly StepIr[], masked: boolean, state: FrontState): boolean {
  let may = masked;
  for (const step of steps) {
    if (step.kind === "shuffle" && !may) {
      reportAt(state, step.id, "word", "P3029", "nothing is masked yet that could be shuffled", {
        help: "shuffle below what prunes, or below `load masks`",
      });
    }
    // What a loop prunes at its end is there in its next pass.
    may ||= makesMasks(step);
    if (step.kind === "repeat" || step.kind === "for-each") visit(step.body, may, state);
  }
  return may;
}

function makesMasks(step: StepIr | RuleIr): boolean {
  if (step.kind === "repeat" || step.kind === "for-each") return step.body.some(makesMasks);
  if (step.kind === "train") return step.rules.some(makesMasks);
  return step.kind === "prune" || (step.kind === "load" && step.what === "masks");
}
