import type { Network, Unit } from "./types.js";

/** Every cost of a network is a sum of `times · live(a) · live(b)`: here are the terms, over numbered axes. */

export interface CostTerm {
  /** 0: all variables, 1: multiply–accumulates. */
  readonly kind: 0 | 1;
  readonly times: number;
  /** Axis numbers, −1 for a factor of one. */
  readonly a: number;
  readonly b: number;
}

export interface CostTerms {
  readonly axes: readonly Int32Array[];
  readonly terms: readonly CostTerm[];
}

/** How often the channels of a unit stand on an axis. */
export interface AxisShare {
  readonly axis: number;
  readonly count: number;
}

/** Worked out once for each network: a network never changes. */
const termsOf = new WeakMap<Network, CostTerms>();

export function costTerms(network: Network): CostTerms {
  const known = termsOf.get(network);
  if (known) return known;
  const made = makeTerms(network);
  termsOf.set(network, made);
  return made;
}

function makeTerms(network: Network): CostTerms {
  const numbers = new Map<Int32Array, number>();
  const axes: Int32Array[] = [];
  const terms: CostTerm[] = [];
  const number = (ids: Int32Array | undefined): number => {
    if (!ids) return -1;
    const known = numbers.get(ids);
    if (known !== undefined) return known;
    numbers.set(ids, axes.length);
    axes.push(ids);
    return axes.length - 1;
  };
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      const [first, second] = weight.bindings;
      const free = weight.shape.reduce(
        (n, size, axis) => (weight.bindings.some((x) => x.axis === axis) ? n : n * size),
        1,
      );
      terms.push({ kind: 0, times: free, a: number(first?.ids), b: number(second?.ids) });
    }
  }
  for (const call of network.calls) {
    for (const term of call.macs)
      terms.push({ kind: 1, times: term.times, a: number(term.out), b: number(term.in) });
  }
  return { axes, terms };
}

/** The axes each unit stands on, in the order of `units`. */
export function axesOfUnits(
  network: Network,
  units: readonly Unit[],
  axes: readonly Int32Array[],
): readonly (readonly AxisShare[])[] {
  const index = new Map<number, number>();
  units.forEach((unit, i) => index.set(unit.root, i));
  const unitOf = new Int32Array(network.channels.count).fill(-1);
  for (let id = 0; id < unitOf.length; id++) unitOf[id] = index.get(network.channels.find(id)) ?? -1;
  const shares: AxisShare[][] = units.map(() => []);
  const counts = new Int32Array(units.length);
  axes.forEach((ids, axis) => {
    const met: number[] = [];
    for (const id of ids) {
      const unit = unitOf[id] ?? -1;
      if (unit < 0) continue;
      if (counts[unit] === 0) met.push(unit);
      counts[unit] = (counts[unit] ?? 0) + 1;
    }
    for (const unit of met) {
      shares[unit]?.push({ axis, count: counts[unit] ?? 0 });
      counts[unit] = 0;
    }
  });
  return shares;
}
