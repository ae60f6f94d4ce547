import { layersHash } from "../../../core/ir/layers-hash.js";
import type { Network } from "../../../core/network/types.js";
import { raise } from "../../../core/diagnostics/create.js";
import type { Options } from "./options.js";

/**
 * A loop that was compiled for one network names its layers, and must not train for hours on another before it finds none of them.
 * @throws DiagnosticError P7010
 */
export function checkLayers(network: Network, { layers, source }: Pick<Options, "layers" | "source">): void {
  if (layers === null || layers === layersHash(network)) return;
  const program = source === "" ? "the program" : `\`${source}\``;
  raise("P7010", `this loop was compiled for a network of other layers than \`${network.name}\` has`, {
    help: `compile ${program} for this network, or run on the one it was compiled for`,
  });
}
