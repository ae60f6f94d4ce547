import { steps } from "../../core/ir/walk.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Warns of a `recalibrate batch-norm` where no layer keeps moving statistics. */
export function checkRecalibrations(state: FrontState): FrontState {
  const { network } = state.options;
  const weights = network?.layers.flatMap((layer) => (layer.trainable ? layer.weights : [])) ?? [];
  if (network === undefined || weights.some(({ key }) => /moving_mean$/.test(key))) return state;
  for (const { kind, id } of steps(state.body))
    if (kind === "recalibrate")
      reportAt(state, id, "word", "P3029", `no layer of \`${network.name}\` is a batch norm that trains`, {
        help: "leave it out",
      });
  return state;
}
