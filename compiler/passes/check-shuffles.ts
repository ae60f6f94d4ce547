import type { StepIr } from "../../core/ir/types.js";
import { bodyOf, statements } from "../../core/ir/walk.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

const doings = { shuffle: "shuffled", invert: "inverted" } as const;

/** Warns of a `shuffle masks` or `invert masks` above everything that makes masks: it would be a control of nothing. */
export function checkShuffles(state: FrontState): FrontState {
  visit(state.body, false, state);
  return state;
}

/** Gives whether there may be masks after the steps. */
function visit(steps: readonly StepIr[], masked: boolean, state: FrontState): boolean {
  let may = masked;
  for (const step of steps) {
    if ((step.kind === "shuffle" || step.kind === "invert") && !may) {
      reportAt(state, step.id, "word", "P3029", `nothing is masked yet that could be ${doings[step.kind]}`, {
        help: `${step.kind} below what prunes, or below \`load masks\``,
      });
    }
    // What a loop prunes at its end is there in its next pass.
    may ||= makesMasks(step);
    visit(bodyOf(step), may, state);
  }
  return may;
}

const makesMasks = (step: StepIr): boolean =>
  statements([step]).some((one) => one.kind === "prune" || (one.kind === "load" && one.what === "masks"));
