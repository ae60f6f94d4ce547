import { axesOfUnits, costTerms, type AxisShare, type CostTerm } from "./cost-terms.js";
import { costs, type IsDead } from "./costs.js";
import type { Network, Unit } from "./types.js";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface CostBounds {
  readonly params: Bounds;
  readonly macs: Bounds;
}

/** Units that cost the same wherever they stand: they lie on the same axes equally often. */
interface Group {
  readonly size: number;
  readonly shares: readonly AxisShare[];
}

/**
 * Bounds of the costs after any `count` of the living `candidates` died on top of what `isDead` says: what `check`
 * can know of a global ranking before there are scores. Costs are quadratic in the numbers n_g of each group, twice:
 * counted from now, they fall by Σ a_g·n_g − Σ b_gh·n_g·n_h; counted from the death of all candidates, they grow by
 * Σ a'_g·m_g + Σ b_gh·m_g·m_h with the m_g that stay; all b ≥ 0. Each form gives two bounds: without the products
 * of different groups it is solved greedily; with the largest they can be, it is linear. The better ones are kept.
 */
export function costBounds(
  network: Network,
  candidates: readonly Unit[],
  count: number,
  isDead?: IsDead,
): CostBounds {
  const alive = candidates.filter((unit) => !isDead?.(unit.root));
  const k = Math.max(0, Math.min(Math.round(count), alive.length));
  const { axes, terms } = costTerms(network);
  const groups = groupUnits(axesOfUnits(network, alive, axes));
  const mayDie = new Set(alive.map((unit) => unit.root));
  const allDead: IsDead = (id) => isDead?.(id) === true || mayDie.has(network.channels.find(id));
  const [now, least] = [costs(network, isDead), costs(network, allDead)];
  const [liveNow, liveLeast] = [liveOn(axes, isDead), liveOn(axes, allDead)];
  const bounds = (kind: 0 | 1, top: number, bottom: number): Bounds => {
    const falling = quadratic(groups, terms, liveNow, kind);
    const growing = quadratic(groups, terms, liveLeast, kind);
    const stay = alive.length - k;
    return {
      low: Math.max(top - greedy(falling, groups, k, -1), bottom + greedy(growing, groups, stay, 1)),
      high: Math.min(top - linear(falling, groups, k, -1), bottom + linear(growing, groups, stay, 1)),
    };
  };
  return { params: bounds(0, now.params, least.params), macs: bounds(1, now.macs, least.macs) };
}

function liveOn(axes: readonly Int32Array[], isDead: IsDead | undefined): readonly number[] {
  return axes.map((ids) => (isDead ? ids.reduce((n, id) => n + (isDead(id) ? 0 : 1), 0) : ids.length));
}

function groupUnits(shares: readonly (readonly AxisShare[])[]): readonly Group[] {
  const groups = new Map<string, { size: number; shares: readonly AxisShare[] }>();
  for (const share of shares) {
    const key = share.map((s) => `${s.axis}:${s.count}`).join(" ");
    const group = groups.get(key);
    if (group) group.size++;
    else groups.set(key, { size: 1, shares: share });
  }
  return [...groups.values()];
}

interface Quadratic {
  readonly linear: Float64Array;
  /** b_gh for ordered pairs, the diagonal once. */
  readonly cross: readonly ReadonlyMap<number, number>[];
}

function quadratic(
  groups: readonly Group[],
  terms: readonly CostTerm[],
  live: readonly number[],
  kind: 0 | 1,
): Quadratic {
  const onAxis: { group: number; count: number }[][] = live.map(() => []);
  groups.forEach((group, g) => {
    for (const { axis, count } of group.shares) onAxis[axis]?.push({ group: g, count });
  });
  const linear = new Float64Array(groups.length);
  const cross = groups.map(() => new Map<number, number>());
  const add = (g: number, h: number, value: number): void => {
    cross[g]?.set(h, (cross[g]?.get(h) ?? 0) + value);
  };
  const other = (axis: number): number => (axis < 0 ? 1 : (live[axis] ?? 0));
  for (const term of terms) {
    if (term.kind !== kind) continue;
    const first = term.a < 0 ? [] : (onAxis[term.a] ?? []);
    const second = term.b < 0 ? [] : (onAxis[term.b] ?? []);
    for (const { group, count } of first)
      linear[group] = (linear[group] ?? 0) + term.times * count * other(term.b);
    for (const { group, count } of second)
      linear[group] = (linear[group] ?? 0) + term.times * count * other(term.a);
    for (const x of first) {
      for (const y of second) {
        const value = term.times * x.count * y.count;
        add(x.group, y.group, value);
        if (x.group !== y.group) add(y.group, x.group, value);
      }
    }
  }
  return { linear, cross };
}

/** The best sum over `k` units without products of different groups: most when falling (−1), least when growing (1). */
function greedy(form: Quadratic, groups: readonly Group[], k: number, sign: 1 | -1): number {
  const taken = new Int32Array(groups.length);
  const self = Float64Array.from(groups, (_, g) => form.cross[g]?.get(g) ?? 0);
  const gains = Float64Array.from(groups, (_, g) => (form.linear[g] ?? 0) + sign * (self[g] ?? 0));
  let sum = 0;
  let left = k;
  while (left > 0) {
    let best = -1;
    let least = Infinity;
    for (let g = 0; g < gains.length; g++) {
      const gain = sign * (gains[g] ?? 0);
      if (gain >= least || (taken[g] ?? 0) >= (groups[g]?.size ?? 0)) continue;
      best = g;
      least = gain;
    }
    if (best < 0) break;
    const own = self[best] ?? 0;
    const step = own > 0 ? 1 : Math.min(left, (groups[best]?.size ?? 0) - (taken[best] ?? 0));
    sum += step * (gains[best] ?? 0);
    taken[best] = (taken[best] ?? 0) + step;
    gains[best] = (gains[best] ?? 0) + sign * 2 * step * own;
    left -= step;
  }
  return sum;
}

/** The worst sum over `k` units with every product at its largest: least when falling (−1), most when growing (1). */
function linear(form: Quadratic, groups: readonly Group[], k: number, sign: 1 | -1): number {
  const slopes = groups.map((group, g) => {
    const rivals = [...(form.cross[g] ?? [])].map(([h, value]) => ({
      h,
      weight: h === g ? 2 * value : value,
    }));
    rivals.sort((x, y) => y.weight - x.weight);
    let left = k;
    let products = 0;
    for (const { h, weight } of rivals) {
      const n = Math.min(left, groups[h]?.size ?? 0);
      products += n * weight;
      left -= n;
    }
    return { slope: (form.linear[g] ?? 0) + (sign * products) / 2, size: group.size };
  });
  slopes.sort((x, y) => sign * (y.slope - x.slope));
  let left = k;
  let sum = 0;
  for (const { slope, size } of slopes) {
    const n = Math.min(left, size);
    sum += n * slope;
    left -= n;
  }
  return Math.max(0, sum);
}
