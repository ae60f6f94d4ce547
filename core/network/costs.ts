import type { Costs, LayerInfo, MacTerm, Network, WeightInfo } from "./types.js";

/** Says which channels are gone; constant on every unit. */
export type IsDead = (channel: number) => boolean;

/** Counts living channels on axes, each distinct axis once. */
export class LiveCounts {
  private readonly known = new Map<Int32Array, number>();

  constructor(private readonly isDead: IsDead | undefined) {}

  of(ids: Int32Array): number {
    const dead = this.isDead;
    if (!dead) return ids.length;
    const known = this.known.get(ids);
    if (known !== undefined) return known;
    let n = 0;
    for (const id of ids) if (!dead(id)) n++;
    this.known.set(ids, n);
    return n;
  }
}

/** Elements of a variable without its dead slices. */
export function weightSize(weight: WeightInfo, live: LiveCounts): number {
  return weight.shape.reduce((size, n, axis) => {
    const binding = weight.bindings.find((b) => b.axis === axis);
    return size * (binding ? live.of(binding.ids) : n);
  }, 1);
}

export function macsOf(term: MacTerm, live: LiveCounts): number {
  return term.times * (term.out ? live.of(term.out) : 1) * (term.in ? live.of(term.in) : 1);
}

/**
 * Exact parameters and multiply–accumulates of one example with the dead channels gone, the next layers' slices
 * included. MACs are those of conv, dense, recurrent and dot products; biases, norms and activations are not
 * counted; unknown extents count as 1. Sums are exact up to 2^53.
 */
export function costs(network: Network, isDead?: IsDead): Costs {
  const live = new LiveCounts(isDead);
  const macs = new Array<number>(network.layers.length).fill(0);
  for (const call of network.calls) {
    for (const term of call.macs) macs[call.layer] = (macs[call.layer] ?? 0) + macsOf(term, live);
  }
  const total = { params: 0, trainableParams: 0, macs: 0 };
  const perLayer = network.layers.map((layer, index) => {
    const params = layer.weights.reduce((sum, weight) => sum + weightSize(weight, live), 0);
    total.params += params;
    total.trainableParams += trainableOf(layer, live);
    total.macs += macs[index] ?? 0;
    return { layer: index, params, macs: macs[index] ?? 0 };
  });
  return { ...total, perLayer };
}

function trainableOf(layer: LayerInfo, live: LiveCounts): number {
  return layer.weights.reduce((sum, weight) => sum + (weight.trainable ? weightSize(weight, live) : 0), 0);
}

/** Channels on a layer's own output axis: how many there are and how many live. */
export interface ChannelCount {
  readonly live: number;
  readonly all: number;
}

/**
 * Living filters or neurons that a layer makes (role `out`; gate blocks and both directions of a bidirectional
 * layer count once each unit) or, for depthwise layers and norms, lets through. Null for layers without channels.
 */
export function liveChannels(layer: LayerInfo, isDead?: IsDead): ChannelCount | null {
  const live = new LiveCounts(isDead);
  const made = layer.sizes.find((size) =>
    /^(filters|units|output_dim)$/.test(String(size.at[size.at.length - 1])),
  );
  if (made) return { live: live.of(made.ids), all: made.ids.length };
  const bindings = layer.weights.flatMap((weight) => weight.bindings);
  const passed = bindings.find((binding) => binding.role === "pass");
  return passed ? { live: live.of(passed.ids), all: passed.ids.length } : null;
}
