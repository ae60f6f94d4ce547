import { once } from "../tables.js";
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

/** Elements of a variable, or products of a call: a number times the living channels on some axes (by number). */
interface Term {
  readonly layer: number;
  readonly times: number;
  readonly axes: readonly number[];
}

/** What the costs of a network are sums of. Worked out once: a network never changes. */
const termsOf = once((network: Network) => {
  const numbers = new Map<Int32Array, number>();
  const numbered = (axes: readonly (Int32Array | undefined)[]): readonly number[] =>
    axes.flatMap((ids) => {
      if (ids === undefined) return [];
      const number = numbers.get(ids) ?? numbers.size;
      numbers.set(ids, number);
      return number;
    });
  const params = network.layers.flatMap(({ weights }, layer) =>
    weights.map(({ shape, bindings, trainable }) => {
      const sizes = shape.map((size, axis) => bindings.find((binding) => binding.axis === axis)?.ids ?? size);
      const times = sizes.reduce<number>((all, size) => (typeof size === "number" ? all * size : all), 1);
      return { layer, times, axes: numbered(sizes.filter((size) => typeof size !== "number")), trainable };
    }),
  );
  const macs = network.calls.flatMap(({ layer, macs: products }) =>
    products.map(({ times, out, in: reads }): Term => ({ layer, times, axes: numbered([out, reads]) })),
  );
  return { axes: [...numbers.keys()], params, macs };
});

/** The same of what lives by these counts. */
export function costsOf(network: Network, live: LiveCounts): Costs {
  const { axes, params, macs } = termsOf(network);
  const counts = axes.map((ids) => live.of(ids));
  const perLayer = network.layers.map((_, layer) => ({ layer, params: 0, macs: 0 }));
  const total = { params: 0, trainableParams: 0, macs: 0 };
  const valueOf = (term: Term): number => {
    let value = term.times;
    for (const axis of term.axes) value *= counts[axis] ?? 0;
    return value;
  };
  for (const term of params) {
    const size = valueOf(term);
    const own = perLayer[term.layer];
    if (own !== undefined) own.params += size;
    total.params += size;
    if (term.trainable) total.trainableParams += size;
  }
  for (const term of macs) {
    const products = valueOf(term);
    const own = perLayer[term.layer];
    if (own !== undefined) own.macs += products;
    total.macs += products;
  }
  return { ...total, perLayer };
}

/** Elements of a weight between living channels. */
export const sizeOf = ({ shape, bindings }: WeightInfo, live: LiveCounts): number =>
  shape.reduce((all, size, axis) => {
    const ids = bindings.find((binding) => binding.axis === axis)?.ids;
    return all * (ids === undefined ? size : live.of(ids));
  }, 1);

/**
 * Living filters or neurons that a layer makes (role `out`; gate blocks and both directions of a bidirectional layer count once each unit) or,
 * for depthwise layers and norms, lets through. 0 for layers without channels.
 */
export function channelsOf({ sizes, weights }: LayerInfo, live = new LiveCounts()): number {
  const made = sizes.find(({ at }) => /^(filters|units|output_dim)$/.test(String(at[at.length - 1])));
  const passed = weights.flatMap(({ bindings }) => bindings).find(({ role }) => role === "pass");
  const ids = (made ?? passed)?.ids;
  return ids === undefined ? 0 : live.of(ids);
}
