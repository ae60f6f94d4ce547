import { layerClass } from "../../core/network/layers/index.js";
import type { LayerInfo, Network } from "../../core/network/types.js";

/**
 * Where the activation of a layer's units is read: at its output once the batch norm and the activation function that follow it
 * alone have acted. Returns a layer index; the layer itself when nothing of the kind follows.
 */
export function watchedLayer(network: Network, index: number): number {
  let layer = index;
  for (;;) {
    const calls = network.calls.filter((call) => call.layer === layer);
    const [call] = calls;
    const [output] = call?.outputs ?? [];
    if (calls.length !== 1 || output === undefined || network.outputs.includes(output)) return layer;
    const readers = network.calls.filter(({ inputs }) => inputs.includes(output));
    const [reader] = readers;
    if (readers.length !== 1 || reader === undefined || !passes(network.layers[reader.layer])) return layer;
    if (network.calls.filter((other) => other.layer === reader.layer).length !== 1) return layer;
    layer = reader.layer;
  }
}

const passes = (layer: LayerInfo | undefined): boolean =>
  layer !== undefined && layerClass(layer.className).completes;
