import { layerFamily } from "../../../core/network/layers/index.js";
import type { StructureName } from "../../../core/units/candidates.js";
import type { RuleIr, StepIr } from "../../../core/ir/types.js";
import { producerPath } from "../../../core/network/explain.js";
import type { LayerInfo, Network, Protection } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { FrontState } from "../state.js";

/** Why none of the named layers has units of a structure: depthwise, protected, or simply of another kind. */
export function explainNoCandidate(
  statement: StepIr | RuleIr,
  named: readonly number[],
  structure: StructureName,
  network: Network,
  state: FrontState,
): void {
  const [index] = named;
  const layer = network.layers[index ?? -1];
  if (index === undefined || layer === undefined) return;
  const { id } = statement;
  const family = layerFamily(layer);
  if (family === "depthwise" && ["filters", "units", "neurons", "channels"].includes(structure)) {
    const makers = producersOf(layer, network);
    reportAt(
      state,
      id,
      "selection",
      "P4004",
      `\`${layer.path}\` is depthwise and has no filters of its own`,
      {
        label: `its channels are those of ${makers.map((path) => `\`${path}\``).join(", ")}`,
        help:
          makers[0] === undefined || makers[0] === "the input"
            ? undefined
            : `select \`${makers[0]}\`: its filters take their channels here along`,
      },
    );
    return;
  }
  const protection = protectionOf(layer, network);
  const fits = ofThisKind(family, structure);
  if (protection !== undefined && fits) {
    reportAt(state, id, "selection", "P4003", `no ${structure} of \`${layer.path}\` can go`, {
      label: protection.kind === "output" ? "its units are outputs of the network" : protection.reason,
      notes:
        protection.kind === "output" || protection.layer === layer.path
          ? []
          : [`\`${protection.layer}\` protects them`],
      help: "select other layers, or leave the selection out: units that must stay are never candidates",
    });
    return;
  }
  const own = family === "dense" || family === "recurrent" ? "neurons" : family === "conv" ? "filters" : null;
  reportAt(state, id, "selection", "P4008", `\`${layer.path}\` has no ${structure}`, {
    label: `it is a \`${layer.className}\``,
    help:
      own === null || own === structure
        ? undefined
        : `it has ${own}: \`prune ${own} in ${layer.path}\`, or \`prune units\` for both`,
  });
}

function ofThisKind(family: ReturnType<typeof layerFamily>, structure: StructureName): boolean {
  switch (structure) {
    case "filters":
      return family === "conv";
    case "neurons":
      return family === "dense" || family === "recurrent";
    case "units":
    case "channels":
      return family === "conv" || family === "dense" || family === "recurrent";
    default:
      return false;
  }
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
