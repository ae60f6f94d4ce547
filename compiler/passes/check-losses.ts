import { counted } from "../../core/ir/words.js";
import { steps } from "../../core/ir/walk.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Weights of classes against the outputs of the network, which the loss is of. */
export function checkLosses(state: FrontState): FrontState {
  const { network } = state.options;
  for (const step of network ? steps(state.body) : []) {
    if (step.kind !== "train" || typeof step.loss !== "object" || step.loss.name !== "cross-entropy")
      continue;
    const weights = step.loss.args["class-weights"];
    const units = network?.outputs.map((output) => network.tensors[output]?.shape.at(-1)) ?? [];
    const other = units.find((classes) => Array.isArray(weights) && weights.length !== classes);
    if (!Array.isArray(weights) || typeof other !== "number") continue;
    reportAt(
      state,
      step.id,
      "loss",
      "P5154",
      `\`class-weights\` lists ${counted(weights.length, "numbers")}, the network's output tells ${counted(other, "classes")} apart`,
    );
  }
  return state;
}
