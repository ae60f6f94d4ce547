import { readNetwork } from "../../core/network/read.js";
import type { Network } from "../../core/network/types.js";

/** Convolutions `c0`, `c1`, … of so many filters on 8×8×3, pooled, flattened, a dense layer of 10: its topology. */
export function chainTopology(filters: readonly number[], prefix = "c"): object {
  const layers: object[] = [];
  const add = (class_name: string, name: string, from: string | null, config: object): string => {
    const inbound_nodes = from === null ? [] : [[[from, 0, 0, {}]]];
    layers.push({ class_name, name, config: { name, ...config }, inbound_nodes });
    return name;
  };
  const input = add("InputLayer", "image", null, { batch_input_shape: [null, 8, 8, 3], dtype: "float32" });
  const last = filters.reduce(
    (from, count, i) =>
      add("Conv2D", `${prefix}${i}`, from, {
        filters: count,
        kernel_size: [3, 3],
        padding: "same",
        activation: "relu",
      }),
    input,
  );
  const pooled = add("GlobalAveragePooling2D", `${prefix}pool`, last, {});
  const flat = add("Flatten", `${prefix}flat`, pooled, {});
  const head = add("Dense", `${prefix}head`, flat, { units: 10, activation: "softmax" });
  const ends = { input_layers: [[input, 0, 0]], output_layers: [[head, 0, 0]] };
  return { class_name: "Model", config: { name: `${prefix}hain`, layers, ...ends } };
}

export function chain(filters: readonly number[], prefix?: string): Network {
  const { network } = readNetwork(chainTopology(filters, prefix));
  if (network === null) throw new Error("the chain is not read");
  return network;
}
