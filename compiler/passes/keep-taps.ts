import type { StepIr } from "../../core/ir/types.js";
import { mapStatements, type StatementIr } from "../../core/ir/walk.js";
import type { FrontState } from "./state.js";

/**
 * Notes at each `slim` whether convolutions of one tap for each channel have to stay whole: unless it is a step of the program itself,
 * below which nothing changes masks, weights by hand, or structure, it is not the last word on them.
 */
export function keepTaps(state: FrontState): FrontState {
  const last = state.body.findLastIndex((step) => !leavesMasks(step));
  const body = state.body.map((step, i) => {
    if (step.kind === "slim" && i >= last) return step;
    return mapStatements([step], keep)[0] ?? step;
  });
  return { ...state, body };
}

const keep = <S extends StatementIr>(one: S): S => (one.kind === "slim" ? { ...one, keepsTaps: true } : one);

/** Whether a step leaves masks and structure as they are; training alone does, the rules of a phase that only look on too. */
function leavesMasks(step: StepIr): boolean {
  switch (step.kind) {
    case "evaluate":
    case "mark":
    case "require":
    case "recalibrate":
    case "save":
      return true;
    case "train":
      return step.rules.every(({ kind }) => kind === "evaluate" || kind === "mark");
    default:
      return false;
  }
}
