import { field, isJsonArray, isJsonObject } from "./json.js";
import type { Network } from "./types.js";

/** The layers that make the outputs, in order: by these names a training config or a batch may speak of them. */
export function outputNames(network: Network): readonly string[] {
  return network.outputs.map((tensor) => {
    const call = network.calls.find(({ outputs }) => outputs.includes(tensor));
    return (call ? network.layers[call.layer]?.name : undefined) ?? "";
  });
}

/** The input layers, in order; none where the topology names none, as that of a Sequential. */
export function inputNames({ topology }: Network): readonly string[] {
  const config = field(topology, "config");
  const ends = isJsonObject(config) ? field(config, "input_layers") : undefined;
  if (!isJsonArray(ends)) return [];
  return ends.map((end) => {
    const [name] = isJsonArray(end) ? end : [];
    return typeof name === "string" ? name : "";
  });
}
