import type { Network } from "../../core/network/types.js";
import type { Backend } from "../backend/types.js";
import { refuse } from "./problems.js";

/** Stops before a backend would compute a layer wrong. */
export function checkRefusals(network: Network, backend: Backend, pass: "training" | "any"): void {
  for (const refusal of backend.refusals) {
    if (refusal.pass !== pass) continue;
    const layer = network.layers.find((l) => refusal.classNames.includes(l.className));
    if (!layer) continue;
    refuse(
      "P5153",
      `layer \`${layer.path}\` of class \`${layer.className}\` cannot be ${pass === "any" ? "run" : "trained"} on the ${backend.name} backend`,
      "`espalier doctor` says which backends there are",
      [refusal.reason],
    );
  }
}
