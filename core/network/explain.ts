import type { Merge, Network, Unit } from "./types.js";

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

/** "conv2d_1 — add_1 — conv2d_3": ties as one line, repeated names once. */
export function showTies(ties: readonly Tie[]): string {
  const names: string[] = [];
  for (const tie of ties) {
    for (const name of [tie.from, tie.at, tie.to]) if (names[names.length - 1] !== name) names.push(name);
  }
  return names.join(" — ");
}

/** Layers that make a unit, and the layers that tie them, as a line for messages. */
export function describeUnit(network: Network, unit: Unit): string {
  const first = new Map<number, number>();
  for (const id of unit.channels) {
    const layer = network.channels.producer[id] ?? -1;
    if (!first.has(layer)) first.set(layer, id);
  }
  const [start, ...others] = [...first.values()];
  if (start === undefined) return "";
  if (others.length === 0) return producerPath(network, start);
  const far = others[others.length - 1] ?? start;
  return showTies(explainTie(network, start, far) ?? []);
}

/** Paths of all layers that tie the channels of a unit: joins, shared layers, reshapes. */
export function tiesOfUnit(network: Network, unit: Unit): readonly string[] {
  const root = unit.root;
  const paths = new Set<string>();
  for (const merge of network.channels.merges) {
    if (network.channels.find(merge.a) === root) paths.add(callPath(network, merge));
  }
  return [...paths];
}
