import { layerFamily } from "../network/layers/index.js";
import type { LayerInfo, Network, Unit, WeightInfo } from "../network/types.js";
import type { StructureName } from "../ir/structure.js";
import { addTo, entryOf, once } from "../tables.js";

/**
 * Which layers a structure addresses, and which of their weights: the one rule, used by the checks before training and by
 * the pruning engine alike.
 */

export type { StructureName };

/** Structures whose units can be cut out of the network. */
export function isSlimmable(structure: StructureName): boolean {
  return ["filters", "channels", "neurons", "units", "layers"].includes(structure);
}

/** Structures made of whole channels: their units are those of `Network.units`. */
export function isChannelwise(structure: StructureName): boolean {
  return ["filters", "channels", "neurons", "units"].includes(structure);
}

/** Removable units by the layer (index) that produces one of their channels. Worked out once: a network never changes. */
export const unitsByProducer = once((network: Network): ReadonlyMap<number, readonly Unit[]> => {
  const byProducer = new Map<number, Unit[]>();
  for (const unit of network.units) for (const producer of unit.producers) addTo(byProducer, producer, unit);
  return byProducer;
});

/** Roots of the removable units that a layer's kernels read. */
export function unitsRead(network: Network, layer: LayerInfo): ReadonlySet<number> {
  const removable = new Set(network.units.map((unit) => unit.root));
  const roots = new Set<number>();
  for (const weight of layer.weights) {
    for (const binding of weight.bindings) {
      if (binding.role !== "in") continue;
      for (const id of binding.ids) {
        const root = network.channels.find(id);
        if (removable.has(root)) roots.add(root);
      }
    }
  }
  return roots;
}

/**
 * The weights of a layer that an element-wise structure (weights, kernels, taps, rows, columns, blocks, n:m, strided) prunes.
 * Kernels of conv, dense and recurrent layers are candidates by themselves; depthwise kernels and embeddings only where the
 * selection names their layer (`explicit`), since losing either hurts far more than its size tells.
 */
export function candidateWeights(
  layer: LayerInfo,
  structure: StructureName,
  explicit: boolean,
): readonly WeightInfo[] {
  const family = layerFamily(layer);
  if (family === "other") return [];
  if (family === "embedding") {
    return explicit ? layer.weights.filter((w) => w.name.endsWith("embeddings") && fits(w, structure)) : [];
  }
  if (family === "depthwise" && !explicit) return [];
  return layer.weights.filter(
    (w) =>
      (w.isKernel || (family === "depthwise" && w.name.endsWith("kernel"))) &&
      fits(w, structure) &&
      (explicit || !w.name.endsWith("depthwise_kernel")),
  );
}

/** Whether a kernel has the axes a structure speaks of: taps, rows and strided lattices need a spatial axis. */
function fits(weight: WeightInfo, structure: StructureName): boolean {
  const rank = weight.shape.length;
  return rank >= (["kernels", "taps", "strided"].includes(structure) ? 3 : 2);
}

/** Whether a layer is of the kind whose units a channelwise structure means. */
export function makesUnits(layer: LayerInfo, structure: StructureName): boolean {
  const family = layerFamily(layer);
  if (family === "conv") return structure !== "neurons";
  return (family === "dense" || family === "recurrent") && structure !== "filters";
}

/** Whether a layer is a candidate of a structure. `explicit`: the selection names it. */
export function isCandidate(
  network: Network,
  index: number,
  structure: StructureName,
  explicit: boolean,
): boolean {
  const layer = network.layers[index];
  if (layer === undefined) return false;
  const family = layerFamily(layer);
  switch (structure) {
    case "filters":
    case "neurons":
    case "units":
      return makesUnits(layer, structure) && unitsByProducer(network).has(index);
    case "channels":
      return makesUnits(layer, structure) && unitsRead(network, layer).size > 0;
    case "layers":
      return family === "conv" || family === "dense";
    case "gates":
      return false;
    default:
      return candidateWeights(layer, structure, explicit).length > 0;
  }
}

const layersOf = once((_: Network) => new Map<StructureName, readonly number[]>());

/** Indices of the layers that a structure addresses when nothing is selected, in network order. Worked out once for each network. */
export function candidateLayers(network: Network, structure: StructureName): readonly number[] {
  return entryOf(layersOf(network), structure, () =>
    [...network.layers.keys()].filter((index) => isCandidate(network, index, structure, false)),
  );
}
