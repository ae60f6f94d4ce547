import { writtenCall, type Place } from "../network/inbound.js";
import { isJsonArray, isJsonObject } from "../network/json.js";
import { findUnits } from "../network/units.js";
import { writerOf } from "../network/unwrap.js";
import type { CallInfo, Json, JsonObject, LayerInfo, Network } from "../network/types.js";
import type { Collapse } from "../network/collapse.js";

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
  return { ...smaller, topology: { ...network.topology, ...emitFlat(smaller) } };
}

/** Names of the input layers of the outermost model; none for a Sequential one. */
function topLevelInputs(network: Network): ReadonlySet<string> {
  const config = network.topology["config"];
  const refs = isJsonObject(config) ? config["input_layers"] : undefined;
  return new Set(isJsonArray(refs) ? refs.flatMap((ref) => (isJsonArray(ref) ? [String(ref[0])] : [])) : []);
}

/** Writes a network as one functional model, from its calls alone: nested and Sequential models are laid flat. */
function emitFlat(network: Network): JsonObject {
  const writer = writerOf(String(network.topology["keras_version"]));
  const places = new Map<number, Place>();
  const nodes = new Map<number, Json[]>();
  const stated = network.layers.filter((layer) => layer.className === "InputLayer");
  const inputs = network.inputs.map((tensor, i): Json => {
    const shape = network.tensors[tensor]?.shape ?? [];
    const known = stated[i];
    const name = known?.name ?? `${network.name.replace(/[^-A-Za-z0-9_.]/g, "_")}_input_${i + 1}`;
    places.set(tensor, [name, 0, 0]);
    const config = { dtype: "float32", ...known?.config, name, batch_input_shape: shape };
    return { class_name: "InputLayer", name, config, inbound_nodes: [] };
  });
  for (const call of network.calls) {
    const layer = network.layers[call.layer];
    if (!layer) continue;
    const before = nodes.get(call.layer) ?? [];
    nodes.set(call.layer, before);
    const inputs = call.inputs.map((t) => places.get(t) ?? (["", 0, 0] as const));
    const { training: _, ...kwargs } = call.kwargs;
    const said = call.inference ? { ...kwargs, training: false } : call.kwargs;
    before.push(writtenCall(inputs, { names: call.names, kwargs: said }, writer));
    call.outputs.forEach((t, i) => places.set(t, [layer.name, before.length - 1, i]));
  }
  const layers = [...nodes].map(([index, inbound]): Json => {
    const layer = network.layers[index];
    if (!layer) return null;
    const { batch_input_shape: _, ...config } = layer.config;
    const frozen = layer.trainable ? {} : { trainable: false };
    return {
      class_name: layer.className,
      name: layer.name,
      config: { ...config, name: layer.name, ...frozen },
      inbound_nodes: inbound,
    };
  });
  const refs = (list: readonly number[]): Json => list.map((t): Json => [...(places.get(t) ?? [])]);
  return {
    class_name: "Model",
    config: {
      name: network.name,
      layers: [...inputs, ...layers],
      input_layers: refs(network.inputs),
      output_layers: refs(network.outputs),
    },
  };
}
