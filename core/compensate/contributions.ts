import type { LinearLayer } from "./linear.js";
import type { Moments } from "./moments.js";

/**
 * What units give to the outputs of a layer that reads them: `shared[u, v]` = Σ z_u · z_v over samples and outputs, where z_u is the
 * part of an output that comes from unit u. Added to `shared`, units × units; `unitOf` tells the unit of a row of the kernel, below 0
 * for none.
 */
export function addContributions(
  layer: LinearLayer,
  moments: Moments,
  kernel: ArrayLike<number>,
  unitOf: (row: number) => number,
  shared: Float64Array,
  units: number,
): void {
  const { outputs } = layer;
  const { rows, products } = moments;
  const n = rows.length;
  const owners = rows.map(unitOf);
  for (let i = 0; i < n; i++) {
    const [u, row] = [owners[i] ?? -1, (rows[i] ?? 0) * outputs];
    if (u < 0) continue;
    for (let j = 0; j <= i; j++) {
      const v = owners[j] ?? -1;
      const moment = products[i * n + j] ?? 0;
      if (v < 0 || moment === 0) continue;
      const other = (rows[j] ?? 0) * outputs;
      let alike = 0;
      for (let o = 0; o < outputs; o++) alike += (kernel[row + o] ?? 0) * (kernel[other + o] ?? 0);
      const given = moment * alike;
      shared[u * units + v] = (shared[u * units + v] ?? 0) + given;
      if (i !== j) shared[v * units + u] = (shared[v * units + u] ?? 0) + given;
    }
  }
}

/**
 * The order in which units go if each time that one goes without which the outputs lose least, Σ (Σ of what went)² (Luo, Wu, Lin 2017,
 * ThiNet): 1 for the first. `members`: numbers of the units, ties go to the first. Units that are no members have 0.
 */
export function greedyOrder(shared: Float64Array, units: number, members: readonly number[]): Float64Array {
  const order = new Float64Array(units);
  const left = new Set(members);
  // What the loss grows by when a unit joins those that went, less its own part.
  const beside = new Float64Array(units);
  for (let place = 1; left.size > 0; place++) {
    let best = -1;
    let least = Infinity;
    for (const unit of left) {
      const grows = (shared[unit * units + unit] ?? 0) + (beside[unit] ?? 0);
      if (best >= 0 && !(grows < least)) continue;
      best = unit;
      least = grows;
    }
    left.delete(best);
    order[best] = place;
    for (const unit of left) beside[unit] = (beside[unit] ?? 0) + 2 * (shared[best * units + unit] ?? 0);
  }
  return order;
}

/** The penalties of the path: from where nothing is kept down to this share of it, in so many steps. */
const deepest = 1e-5;
const steps = 200;
/** Sweeps over all units at one penalty, and the change, of the largest, at which they end. */
const sweeps = 100;
const settled = 1e-7;

/**
 * How strong a LASSO has to be to do without a unit (He, Zhang, Sun 2017): units are weighed by β so that ½Σ(y − Σ β_u z_u)² + λΣ|β_u|
 * is least, y = Σ z_u the outputs with all of them, and λ falls from where all β are 0. The λ, as a share of the first, at which β_u
 * leaves 0, exact where no unit gives what another does; 0 for a unit that never leaves it. By coordinate descent from step to step.
 */
export function lassoPath(shared: Float64Array, units: number, members: readonly number[]): Float64Array {
  const scores = new Float64Array(units);
  const beta = new Float64Array(units);
  // Σ z_u · (y − Σ β z), which falls as units are let in.
  const misses = new Float64Array(units);
  for (const u of members)
    for (const v of members) misses[u] = (misses[u] ?? 0) + (shared[u * units + v] ?? 0);
  const first = Math.max(0, ...members.map((u) => Math.abs(misses[u] ?? 0)));
  if (!(first > 0) || first === Infinity) return scores;
  let before = 1;
  for (let step = 1; step <= steps; step++) {
    const share = deepest ** (step / steps);
    const open = misses.map((missed) => Math.abs(missed) / first);
    descend(shared, units, members, beta, misses, first * share);
    for (const u of members) {
      if (beta[u] !== 0 && scores[u] === 0) scores[u] = Math.min(before, Math.max(share, open[u] ?? 0));
    }
    before = share;
  }
  return scores;
}

function descend(
  shared: Float64Array,
  units: number,
  members: readonly number[],
  beta: Float64Array,
  misses: Float64Array,
  lambda: number,
): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let most = 0;
    for (const u of members) {
      const own = shared[u * units + u] ?? 0;
      if (!(own > 0)) continue;
      const was = beta[u] ?? 0;
      const along = (misses[u] ?? 0) + own * was;
      const next = (Math.sign(along) * Math.max(0, Math.abs(along) - lambda)) / own;
      if (next === was) continue;
      beta[u] = next;
      for (const v of members) misses[v] = (misses[v] ?? 0) - (next - was) * (shared[u * units + v] ?? 0);
      most = Math.max(most, Math.abs(next - was));
    }
    if (most < settled) return;
  }
}
