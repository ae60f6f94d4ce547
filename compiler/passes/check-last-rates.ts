import type { OptimizerIr, TrainIr } from "../../core/ir/types.js";
import { steps } from "../../core/ir/walk.js";
import { labelAt, reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** A schedule that ends below this share of where it began has come to rest. */
const RESTS = 1e-3;

/** Warns of a `finetune` that goes on at the last rate where that has come down to next to nothing: it would train nothing. */
export function checkLastRates(state: FrontState): FrontState {
  // The phase whose rate came to rest last, while no other rate has been set since.
  let rested: TrainIr | null = null;
  for (const step of steps(state.body)) {
    if (step.kind === "rewind" && step.what.includes("rate")) rested = null;
    else if (step.kind === "train") rested = after(step, rested, state);
  }
  return state;
}

function after(phase: TrainIr, rested: TrainIr | null, state: FrontState): TrainIr | null {
  if (phase.optimizer !== undefined) return comesToRest(phase.optimizer) ? phase : null;
  if (!phase.finetune || rested === null) return null;
  const message = "this goes on at the last rate, which has come down to next to nothing";
  reportAt(state, phase.id, "word", "P3030", message, {
    labels: labelAt(state, rested.id, "the rate comes to rest at the end of this"),
    help: "give it a rate of its own, as in `finetune 4 epochs with sgd(rate: 0.01 -> 0 cosine)`",
  });
  return rested;
}

function comesToRest({ rate }: OptimizerIr): boolean {
  if (rate === undefined || typeof rate === "number" || typeof rate === "string" || !("moving" in rate))
    return false;
  const { from, to } = rate.moving;
  return typeof from === "number" && typeof to === "number" && to <= from * RESTS;
}
