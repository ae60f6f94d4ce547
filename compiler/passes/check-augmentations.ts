import { steps } from "../../core/ir/walk.js";
import { imagesOf } from "../../core/network/images.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Images to alter against what the network reads and gives. */
export function checkAugmentations(state: FrontState): FrontState {
  const { network } = state.options;
  for (const step of network ? steps(state.body) : []) {
    if (network === undefined || step.kind !== "train" || step.augment === undefined) continue;
    const images = imagesOf(network, Object.keys(step.augment));
    if ("why" in images) {
      const { why, help } = images;
      reportAt(state, step.id, "augment", "P4012", "there are no images that could be altered", {
        notes: [why],
        help,
      });
      continue;
    }
    const { shift } = step.augment;
    const sides = network.tensors[network.inputs[images.input] ?? 0]?.shape.slice(1, 3) ?? [];
    const known = sides.filter((side) => side !== null);
    if (shift !== undefined && known.length === 2 && known.every((side) => Math.round(shift * side) === 0))
      reportAt(
        state,
        step.id,
        "augment",
        "P3029",
        `\`shift\` moves images of ${known.join(" × ")} by less than half a pixel`,
      );
  }
  return state;
}
