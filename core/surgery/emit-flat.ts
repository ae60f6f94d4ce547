import type { Json, JsonObject, Network } from "../network/types.js";

/** Writes a network as one functional model, from its calls alone: nested and Sequential models are laid flat. */
export function emitFlat(network: Network): JsonObject {
  const places = new Map<number, readonly [string, number, number]>();
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
    before.push(call.inputs.map((t): Json => [...(places.get(t) ?? ["", 0, 0]), call.kwargs]));
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
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
}
