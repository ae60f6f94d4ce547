import type { Merge, Network } from "./types.js";

/** One tie between two layers: who is tied to whom, and where. */
export interface Tie {
  readonly from: string;
  /** Path of the layer that ties them: an add, a shared layer, a reshape. */
  readonly at: string;
  readonly to: string;
  readonly why: Merge["why"];
}

/** Path of the layer that makes a channel; network inputs are "the input". */
export function producerPath(network: Network, channel: number): string {
  const layer = network.layers[network.channels.producer[channel] ?? -1];
  return layer?.path ?? "the input";
}

/** The ties between two channels, step by step; null when they are not united. */
export function explainTie(network: Network, a: number, b: number): readonly Tie[] | null {
  const path = network.channels.explain(a, b);
  if (!path) return null;
  let at = a;
  return path.map((merge) => {
    const next = merge.a === at ? merge.b : merge.a;
    const tie: Tie = {
      from: producerPath(network, at),
      at: callPath(network, merge),
      to: producerPath(network, next),
      why: merge.why,
    };
    at = next;
    return tie;
  });
}

function callPath(network: Network, merge: Merge): string {
  const call = network.calls.find((c) => c.origin === merge.call);
  return (call && network.layers[call.layer]?.path) ?? "the network";
}
