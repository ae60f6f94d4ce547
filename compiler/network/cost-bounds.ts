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
 * can know of a global ranking before there are scores. With n_g dead in group g the saving is
 * Σ a_g·n_g − Σ b_gh·n_g·n_h with b ≥ 0. From above, the cross terms are left out and the rest, concave in each
 * n_g, is filled greedily; from below, the cross terms are replaced by the most they can be.
 */
export function costBounds(
  network: Network,
  candidates: readonly Unit[],
  count: number,
  isDead?: IsDead,
): CostBounds {
  const alive = candidates.filter((unit) => !isDead?.(unit.root));
  const { axes, terms } = costTerms(network);
  const groups = groupUnits(axesOfUnits(network, alive, axes));
  const live = axes.map((ids) => (isDead ? ids.reduce((n, id) => n + (isDead(id) ? 0 : 1), 0) : ids.length));
  const total = costs(network, isDead);
  const k = Math.max(0, Math.min(Math.round(count), alive.length));
  const bounds = (kind: 0 | 1, now: number): Bounds => {
    const form = savingForm(groups, terms, live, axes.length, kind);
    return { low: now - most(form, groups, k), high: now - least(form, groups, k) };
  };
  return { params: bounds(0, total.params), macs: bounds(1, total.macs) };
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

interface SavingForm {
  /** Saved by the first unit of the group alone, self products aside. */
  readonly linear: Float64Array;
  /** b_gh for ordered pairs, the diagonal once. */
  readonly cross: readonly ReadonlyMap<number, number>[];
}

function savingForm(
  groups: readonly Group[],
  terms: readonly CostTerm[],
  live: readonly number[],
  axisCount: number,
  kind: 0 | 1,
): SavingForm {
  const onAxis: { group: number; count: number }[][] = Array.from({ length: axisCount }, () => []);
  groups.forEach((group, g) => {
    for (const { axis, count } of group.shares) onAxis[axis]?.push({ group: g, count });
  });
  const linear = new Float64Array(groups.length);
  const cross = groups.map(() => new Map<number, number>());
  const add = (g: number, h: number, value: number): void => {
    cross[g]?.set(h, (cross[g]?.get(h) ?? 0) + value);
  };
  for (const term of terms) {
    if (term.kind !== kind) continue;
    const first = term.a < 0 ? [] : (onAxis[term.a] ?? []);
    const second = term.b < 0 ? [] : (onAxis[term.b] ?? []);
    const other = (axis: number): number => (axis < 0 ? 1 : (live[axis] ?? 0));
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

/** The most that `k` deaths can save. */
function most(form: SavingForm, groups: readonly Group[], k: number): number {
  const taken = new Int32Array(groups.length);
  let saved = 0;
  let left = k;
  const gain = (g: number): number =>
    (form.linear[g] ?? 0) - (2 * (taken[g] ?? 0) + 1) * (form.cross[g]?.get(g) ?? 0);
  while (left > 0) {
    let best = -1;
    for (let g = 0; g < groups.length; g++) {
      if ((taken[g] ?? 0) < (groups[g]?.size ?? 0) && (best < 0 || gain(g) > gain(best))) best = g;
    }
    if (best < 0) break;
    const steep = (form.cross[best]?.get(best) ?? 0) > 0;
    const step = steep ? 1 : Math.min(left, (groups[best]?.size ?? 0) - (taken[best] ?? 0));
    for (let i = 0; i < step; i++) {
      saved += gain(best);
      taken[best] = (taken[best] ?? 0) + 1;
    }
    left -= step;
  }
  return saved;
}

/** The least that `k` deaths save. */
function least(form: SavingForm, groups: readonly Group[], k: number): number {
  const slopes = groups.map((_, g) => {
    const rivals = [...(form.cross[g] ?? [])].map(([h, value]) => ({
      h,
      weight: h === g ? 2 * value : value,
    }));
    rivals.sort((x, y) => y.weight - x.weight);
    let left = k;
    let lost = 0;
    for (const { h, weight } of rivals) {
      const n = Math.min(left, groups[h]?.size ?? 0);
      lost += n * weight;
      left -= n;
    }
    return { slope: (form.linear[g] ?? 0) - lost / 2, size: groups[g]?.size ?? 0 };
  });
  slopes.sort((x, y) => x.slope - y.slope);
  let left = k;
  let saved = 0;
  for (const { slope, size } of slopes) {
    const n = Math.min(left, size);
    saved += n * slope;
    left -= n;
  }
  return Math.max(0, saved);
}
