import { factorize, substitute } from "./cholesky.js";
import type { LinearLayer } from "./linear.js";
import { addSamples, damping, newMoments, type Moments } from "./moments.js";

/** A kernel and its bias. */
export interface Weights {
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

/** A layer that lost weights, and what of it may change. */
export interface Problem {
  readonly layer: LinearLayer;
  /** As it was, with what it lost. */
  readonly before: Weights;
  /** As it is: `settle` changes it. */
  readonly after: Weights;
  /** The same as the network computes with it: zero where it is latent. */
  readonly now: Weights;
  /** Columns that are left, by output. */
  readonly columns: Int32Array;
  /** Rows with some weight that may change; the last may be that of the bias, `taps · inputs`. */
  readonly rows: Int32Array;
  /** Columns that may change in the same rows, and these, as indices into `columns` and `rows`: each is one system to solve. */
  readonly systems: readonly { readonly columns: readonly number[]; readonly rows: Int32Array }[];
}

/** Multiplications that solving takes, about: a third of the cube of the unknowns for each system. */
export const workOf = ({ systems }: Pick<Problem, "systems">): number =>
  systems.reduce((sum, { rows }) => sum + rows.length ** 3 / 3, 0);

/**
 * `held`: elements (1) of the kernel and of the bias that stay as they are; `now`: `after` as the network computes with it, where that
 * is something else. Null where nothing is left to change.
 */
export function problemOf(
  layer: LinearLayer,
  before: Weights,
  after: Weights,
  held: { readonly kernel: Uint8Array; readonly bias: Uint8Array },
  now: Weights = after,
): Problem | null {
  const { outputs } = layer;
  const width = layer.taps * layer.inputs;
  const isFree = (row: number, column: number): boolean =>
    row === width
      ? after.bias !== null && held.bias[column] !== 1
      : held.kernel[row * outputs + column] !== 1;
  const rowFlags = new Uint8Array(width + 1);
  const columns: number[] = [];
  const patterns: Int32Array[] = [];
  for (let column = 0; column < outputs; column++) {
    const free: number[] = [];
    for (let row = 0; row <= width; row++) if (isFree(row, column)) free.push(row);
    // A bias alone makes no output out of what is read.
    if (free.length === 0 || free[0] === width) continue;
    for (const row of free) rowFlags[row] = 1;
    columns.push(column);
    patterns.push(Int32Array.from(free));
  }
  if (columns.length === 0) return null;
  const rows = Int32Array.from([...rowFlags.keys()].filter((row) => rowFlags[row] === 1));
  const at = new Int32Array(width + 1);
  rows.forEach((row, i) => (at[row] = i));
  const systems = new Map<string, { columns: number[]; rows: Int32Array }>();
  patterns.forEach((pattern, i) => {
    const key = pattern.join(" ");
    const system = systems.get(key);
    if (system === undefined) systems.set(key, { columns: [i], rows: pattern.map((row) => at[row] ?? 0) });
    else system.columns.push(i);
  });
  return {
    layer,
    before,
    after,
    now,
    columns: Int32Array.from(columns),
    rows,
    systems: [...systems.values()],
  };
}

/** What is summed over samples to re-fit a layer. */
export interface Fit {
  readonly problem: Problem;
  readonly moments: Moments;
  /** Σ x · r by row and column: r is what the output of a column misses. */
  readonly misses: Float64Array;
  /** Σ y² of the outputs as they were, and Σ r². */
  target: number;
  error: number;
}

export const newFit = (problem: Problem): Fit => ({
  problem,
  moments: newMoments(problem.rows),
  misses: new Float64Array(problem.rows.length * problem.columns.length),
  target: 0,
  error: 0,
});

/** Adds samples: what the layer read before its inputs changed, and what it reads now at the same places. */
export function addToFit(fit: Fit, before: Float32Array, now: Float32Array): void {
  const { problem, moments, misses } = fit;
  const { layer, columns } = problem;
  const width = layer.taps * layer.inputs;
  const outputs = new Float64Array(columns.length);
  const missed = new Float64Array(columns.length);
  addSamples(moments, now, width, (taken, sample) => {
    product(problem.before, before, sample, problem, outputs);
    product(problem.now, now, sample, problem, missed);
    for (let j = 0; j < columns.length; j++) {
      const y = outputs[j] ?? 0;
      const r = y - (missed[j] ?? 0);
      missed[j] = r;
      fit.target += y * y;
      fit.error += r * r;
    }
    for (let i = 0; i < taken.length; i++) {
      const x = taken[i] ?? 0;
      if (x === 0) continue;
      const row = i * columns.length;
      for (let j = 0; j < columns.length; j++)
        misses[row + j] = (misses[row + j] ?? 0) + x * (missed[j] ?? 0);
    }
  });
}

/** The outputs of the columns that are left for one sample. */
function product(
  { kernel, bias }: Weights,
  samples: Float32Array,
  sample: number,
  { layer, columns }: Problem,
  into: Float64Array,
): void {
  const width = layer.taps * layer.inputs;
  for (let j = 0; j < columns.length; j++) into[j] = bias?.[columns[j] ?? 0] ?? 0;
  for (let row = 0; row < width; row++) {
    const x = samples[sample * width + row] ?? 0;
    if (x === 0) continue;
    const base = row * layer.outputs;
    for (let j = 0; j < columns.length; j++)
      into[j] = (into[j] ?? 0) + x * (kernel[base + (columns[j] ?? 0)] ?? 0);
  }
}

/** How far the outputs of a layer are off, of their size: root mean squares. */
export interface Refitted {
  readonly was: number;
  readonly is: number;
}

/**
 * Changes the weights so that the outputs on the samples come closest to what they were: least Σ‖r‖² + λ‖Δw‖² over all changes of
 * what may change, λ = `ridge` times the mean square of what is read, summed over the samples. Since no change at all is one of
 * them, the outputs are never further off than they were. For weights that were taken one after the other, each with the update of
 * optimal brain surgery, on the Hessian Σ x·xᵀ + λ of the layer, it comes to the same.
 */
export function settle(fit: Fit, ridge: number): Refitted {
  const { problem, moments, misses } = fit;
  const { layer, after, columns, rows, systems } = problem;
  const n = rows.length;
  const width = layer.taps * layer.inputs;
  const { products } = moments;
  const lambda = damping(moments, ridge);
  const entry = (i: number, j: number): number => products[i < j ? j * n + i : i * n + j] ?? 0;
  let error = fit.error;
  for (const { columns: own, rows: open } of lambda > 0 ? systems : []) {
    const m = open.length;
    const factor = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) factor[i * m + j] = entry(open[i] ?? 0, open[j] ?? 0);
      factor[i * m + i] = (factor[i * m + i] ?? 0) + lambda;
    }
    if (!factorize(factor, m)) continue;
    for (const j of own) {
      const column = columns[j] ?? 0;
      const missing = Float64Array.from(open, (i) => misses[i * columns.length + j] ?? 0);
      const change = missing.slice();
      substitute(factor, m, change);
      // At the solution Σ‖r − x·Δ‖² = Σ‖r‖² − (Δ · Σ x·r + λ‖Δ‖²).
      let gain = 0;
      for (let i = 0; i < m; i++)
        gain += (change[i] ?? 0) * (missing[i] ?? 0) + lambda * (change[i] ?? 0) ** 2;
      if (!(gain > 0) || gain === Infinity) continue;
      error -= gain;
      open.forEach((i, k) => {
        const row = rows[i] ?? 0;
        if (row < width) add(after.kernel, row * layer.outputs + column, change[k] ?? 0);
        else if (after.bias !== null) add(after.bias, column, change[k] ?? 0);
      });
    }
  }
  return { was: shareOf(fit.error, fit), is: shareOf(error, fit) };
}

/** A sum of squares of what outputs are off, as a share of their size. */
export const shareOf = (sum: number, { target }: Pick<Fit, "target">): number =>
  target > 0 ? Math.sqrt(Math.max(0, sum) / target) : 0;

function add(values: Float32Array, at: number, by: number): void {
  values[at] = (values[at] ?? 0) + by;
}
