import { isJsonArray, isJsonObject } from "../network/json.js";
import { findUnits } from "../network/units.js";
import type { CallInfo, LayerInfo, Network } from "../network/types.js";
import type { Collapse } from "../network/collapse.js";
import { emitFlat } from "./emit-flat.js";

/**
 * The network without the calls that fell, nested models laid flat. Layers that are no longer called are gone,
 * tensors stay in their places; channel numbers and `CallInfo.origin` do not change.
 */
export function dropCalls(network: Network, fate: Collapse): Network {
  const resolve = (t: number): number => fate.aliases.get(t) ?? t;
  const kept = network.calls.flatMap((call, index): CallInfo[] => {
    const inputs = fate.kept.get(index);
    return inputs ? [{ ...call, inputs }] : [];
  });
  const inputLayers = topLevelInputs(network);
  const used = new Map<number, number>();
  for (const call of kept) used.set(call.layer, (used.get(call.layer) ?? 0) + 1);
  const renumber = new Map<number, number>();
  const layers: LayerInfo[] = [];
  network.layers.forEach((layer, index) => {
    const uses = used.get(index) ?? 0;
    if (uses === 0 && !inputLayers.has(layer.name)) return;
    renumber.set(index, layers.length);
    layers.push({ ...layer, uses });
  });
  const producer = network.channels.producer.map((layer) => renumber.get(layer) ?? -1);
  const channels = { ...network.channels, producer };
  let ordinal = 0;
  const numbered = layers.map((layer) => ({
    ...layer,
    ordinal: layer.weights.some((weight) => weight.isKernel) ? ++ordinal : 0,
  }));
  const smaller: Network = {
    ...network,
    layers: numbered,
    calls: kept.map((call) => ({ ...call, layer: renumber.get(call.layer) ?? 0 })),
    outputs: network.outputs.map(resolve),
    channels,
    barriers: network.barriers.filter((barrier) => layers.some((layer) => layer.path === barrier.layer)),
    units: findUnits(channels, numbered),
  };
  return { ...smaller, topology: emitFlat(smaller) };
}

/** Names of the input layers of the outermost model; none for a Sequential one. */
function topLevelInputs(network: Network): ReadonlySet<string> {
  const config = network.topology["config"];
  const refs = isJsonObject(config) ? config["input_layers"] : undefined;
  return new Set(isJsonArray(refs) ? refs.flatMap((ref) => (isJsonArray(ref) ? [String(ref[0])] : [])) : []);
}
