import { layerFamily } from "../../../core/network/layers/index.js";
import type { Details } from "../../../core/diagnostics/create.js";
import type { Code } from "../../../core/diagnostics/table.js";
import { producerPath } from "../../../core/network/explain.js";
import type { LayerInfo, Network, Protection } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { Selected } from "./check-selection.js";

/** Why none of the named layers has units of a structure: depthwise, protected, or simply of another kind. */
export function explainNoCandidate({ statement, layers, structure, network, state }: Selected): void {
  const layer = network.layers[layers[0] ?? -1];
  if (layer === undefined) return;
  const { path, className } = layer;
  const report = (code: Code, message: string, details: Details): void =>
    reportAt(state, statement.id, "selection", code, message, details);
  const family = layerFamily(layer);
  if (family === "depthwise" && ["filters", "units", "neurons", "channels"].includes(structure)) {
    const makers = producersOf(layer, network);
    const [maker = "the input"] = makers;
    report("P4004", `\`${path}\` is depthwise and has no filters of its own`, {
      label: `its channels are those of ${makers.map((one) => `\`${one}\``).join(", ")}`,
      help:
        maker === "the input" ? undefined : `select \`${maker}\`: its filters take their channels here along`,
    });
    return;
  }
  const own = family === "dense" || family === "recurrent" ? "neurons" : family === "conv" ? "filters" : null;
  const fits = own !== null && [own, "units", "channels"].includes(structure);
  const protection = protectionOf(layer, network);
  if (protection !== undefined && fits) {
    const isOutput = protection.kind === "output";
    report("P4003", `no ${structure} of \`${path}\` can go`, {
      label: isOutput ? "its units are outputs of the network" : protection.reason,
      notes: isOutput || protection.layer === path ? [] : [`\`${protection.layer}\` protects them`],
      help: "select other layers, or leave the selection out: units that must stay are never candidates",
    });
    return;
  }
  report("P4008", `\`${path}\` has no ${structure}`, {
    label: `it is a \`${className}\``,
    help:
      own === null || own === structure
        ? undefined
        : `it has ${own}: \`prune ${own} in ${path}\`, or \`prune units\` for both`,
  });
}

function producersOf(layer: LayerInfo, network: Network): readonly string[] {
  const paths = new Set<string>();
  for (const weight of layer.weights) {
    for (const binding of weight.bindings) {
      for (const channel of binding.ids) paths.add(producerPath(network, channel));
    }
  }
  paths.delete(layer.path);
  return [...paths].slice(0, 3);
}

/** Why the channels that a layer makes must stay, if they must. */
function protectionOf(layer: LayerInfo, network: Network): Protection | undefined {
  for (const weight of layer.weights) {
    for (const binding of weight.bindings) {
      if (binding.role !== "out") continue;
      for (const channel of binding.ids) {
        const protection = network.channels.protection(channel);
        if (protection !== undefined) return protection;
      }
    }
  }
  return undefined;
}
