import type { Costs, LayerInfo, MacTerm, Network, WeightInfo } from "./types.js";

/** Says which channels are gone; constant on every unit. */
export type IsDead = (channel: number) => boolean;

/** The same as flags (1: gone) by channel number, for who asks often. */
export function deadFlags(network: Network, isDead: IsDead): Uint8Array {
  const flags = new Uint8Array(network.channels.count);
  for (let channel = 0; channel < flags.length; channel++) if (isDead(channel)) flags[channel] = 1;
  return flags;
}

/** Counts living channels on axes, each distinct axis once. */
export class LiveCounts {
  readonly #known = new Map<Int32Array, number>();

  /** `gone`: flags by channel number; unset: nothing is. */
  constructor(readonly gone?: Uint8Array) {}

  of(ids: Int32Array): number {
    const { gone } = this;
    if (gone === undefined) return ids.length;
    const known = this.#known.get(ids);
    if (known !== undefined) return known;
    let living = ids.length;
    for (let i = 0; i < ids.length; i++) living -= gone[ids[i] ?? -1] ?? 0;
    this.#known.set(ids, living);
    return living;
  }

  /** Whether an axis has lost all channels that it had. */
  isEmpty(ids: Int32Array | null): boolean {
    return ids !== null && ids.length > 0 && this.of(ids) === 0;
  }
}

/** Elements of a variable without its dead slices. */
function weightSize({ shape, bindings }: WeightInfo, live: LiveCounts): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const ids = bindings.find((binding) => binding.axis === axis)?.ids;
    size *= ids === undefined ? (shape[axis] ?? 1) : live.of(ids);
  }
  return size;
}

/** Multiply–accumulates of a product with the dead gone. */
export const macsOf = (term: MacTerm, live: LiveCounts): number =>
  term.times * (term.out ? live.of(term.out) : 1) * (term.in ? live.of(term.in) : 1);

/**
 * Exact parameters and multiply–accumulates of one example with the dead channels gone, the next layers' slices
 * included. MACs are those of conv, dense, recurrent and dot products; biases, norms and activations are not
 * counted; unknown extents count as 1. Sums are exact up to 2^53.
 */
export function costs(network: Network, isDead?: IsDead): Costs {
  return costsOf(network, new LiveCounts(isDead && deadFlags(network, isDead)));
}

/** The same of what lives by these counts. */
export function costsOf(network: Network, live: LiveCounts): Costs {
  const macs = new Float64Array(network.layers.length);
  for (const call of network.calls) {
    for (const term of call.macs) macs[call.layer] = (macs[call.layer] ?? 0) + macsOf(term, live);
  }
  const total = { params: 0, trainableParams: 0, macs: 0 };
  const perLayer = network.layers.map(({ weights }, layer) => {
    let params = 0;
    for (const weight of weights) {
      const size = weightSize(weight, live);
      params += size;
      if (weight.trainable) total.trainableParams += size;
    }
    total.params += params;
    total.macs += macs[layer] ?? 0;
    return { layer, params, macs: macs[layer] ?? 0 };
  });
  return { ...total, perLayer };
}

/**
 * Filters or neurons that a layer makes (role `out`; gate blocks and both directions of a bidirectional layer count once each unit) or,
 * for depthwise layers and norms, lets through. 0 for layers without channels.
 */
export function channelsOf({ sizes, weights }: LayerInfo): number {
  const made = sizes.find(({ at }) => /^(filters|units|output_dim)$/.test(String(at[at.length - 1])));
  const passed = weights.flatMap(({ bindings }) => bindings).find(({ role }) => role === "pass");
  return (made ?? passed)?.ids.length ?? 0;
}
