import { mapConfigs } from "./edit-config.js";
import type { LayerInfo, Network, WeightInfo } from "../network/types.js";

export interface Grown {
  readonly network: Network;
  readonly key: string;
  /** False when the layer had a bias already. */
  readonly added: boolean;
}

/** The network with a bias on a layer (conv, dense, separable): `use_bias` true and one more variable. */
export function addBias(network: Network, index: number): Grown {
  const layer = network.layers[index];
  const key = `${layer?.path ?? ""}/bias`;
  if (!layer || layer.weights.some((weight) => weight.name === "bias")) return { network, key, added: false };
  const out = layer.sizes.find((size) => size.at[0] === "filters" || size.at[0] === "units")?.ids;
  if (!out) return { network, key, added: false };
  const bias: WeightInfo = {
    key,
    name: "bias",
    savedAs: `${layer.name}/bias`,
    shape: [out.length],
    trainable: layer.trainable,
    initializer: null,
    regularizer: layer.config["bias_regularizer"] ?? null,
    forgetGate: false,
    bindings: [{ axis: 0, ids: out, role: "out" }],
    isKernel: false,
  };
  const grown: LayerInfo = {
    ...layer,
    config: { ...layer.config, use_bias: true },
    weights: [...layer.weights, bias],
  };
  return {
    network: {
      ...network,
      layers: network.layers.map((other, i) => (i === index ? grown : other)),
      topology: mapConfigs(network.topology, (name, config) =>
        name === layer.name ? { ...config, use_bias: true } : config,
      ),
    },
    key,
    added: true,
  };
}
