import type { StructureName } from "../../../core/units/candidates.js";
import { matchingLayers, patternsOf, selectedLayers } from "../../../core/units/select.js";
import type { PatternIr, SelectionIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";
import { raise } from "../../../core/diagnostics/create.js";

/**
 * Paths of the layers that a selection means, in network order; `structure` null means layers with weights. A program compiled
 * for its network brings the paths. @throws DiagnosticError P7010 when a pattern names no layer at all
 */
export function selectLayers(
  network: Network,
  selection: SelectionIr,
  structure: StructureName | null,
): readonly string[] {
  if (selection.layers) return known(network, selection.layers);
  for (const pattern of patternsOf(selection))
    if (matchingLayers(network, pattern).length === 0) noMatch(network, pattern);
  const selected = selectedLayers(network, selection, structure) ?? [];
  return selected.map((index) => network.layers[index]?.path ?? "");
}

/** A loop compiled for one network must not quietly prune nothing of another; single layers may be gone by `allowing collapse`. */
function known(network: Network, layers: readonly string[]): readonly string[] {
  const present = new Set(network.layers.map(({ path }) => path));
  if (layers.length === 0 || layers.some((path) => present.has(path))) return layers;
  const named = layers.slice(0, 3).map((path) => `\`${path}\``);
  raise("P7010", `\`${network.name}\` has none of the layers this loop was compiled for`, {
    notes: [`it prunes ${named.join(", ")}${layers.length > 3 ? " and others" : ""}`],
    help: "compile the program for this network",
  });
}

function noMatch(network: Network, pattern: PatternIr): never {
  const written =
    typeof pattern === "string" ? pattern : "layer" in pattern ? pattern.layer : JSON.stringify(pattern);
  const paths = network.layers.filter(({ ordinal }) => ordinal > 0).map(({ path }) => `\`${path}\``);
  raise("P7010", `no layer of \`${network.name}\` matches \`${written}\``, {
    notes: [`it has ${paths.slice(0, 12).join(", ")}${paths.length > 12 ? " and others" : ""}`],
  });
}
