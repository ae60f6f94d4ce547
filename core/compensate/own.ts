import { shareOf, type Fit, type Problem, type Refitted } from "./refit.js";

/**
 * What a layer that lost weights is, as JavaScript is told of it. At every place that it is worked out at, its outputs before the
 * activation are x · W: x are the `rows` numbers that it reads there, tap after tap and channel after channel, with a 1 behind them
 * where it has a bias; W are its weights, `rows` × `outputs`, row after row: the kernel as Keras has it, the bias as its last row.
 */
export interface RefitLayer {
  /** Its path. */
  readonly layer: string;
  /** `taps · inputs`, and one more where it has a bias. */
  readonly rows: number;
  /** 1 for dense layers. */
  readonly taps: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  /** Places of the calibration batches that were summed up. */
  readonly samples: number;
}

/** What is known of a layer that lost weights: W and x are those of `RefitLayer`. All are copies, which may be written over. */
export interface RefitValues {
  /** W before the cut, `rows` × `outputs`: with what went. */
  readonly before: Float32Array;
  /** W as the cut left it, as the network computes with it: what went is 0. */
  readonly weights: Float32Array;
  /** For every weight 1 where it may change: where it is not dead, nor the bias of an output that has nothing else left. */
  readonly free: Uint8Array;
  /** Σ x · xᵀ over the samples, `rows` × `rows`. */
  readonly moments: Float64Array;
  /**
   * Σ x · r over the samples, `rows` × `outputs`: r is what an output misses, what it was before the cut less what `weights` make of x.
   * 0 for outputs of which nothing may change.
   */
  readonly missing: Float64Array;
}

export interface OwnRefit {
  readonly about: RefitLayer;
  readonly values: RefitValues;
}

/** The same problem over all rows, those among them in which nothing may change. */
export function overAllRows(problem: Problem): Problem {
  const { layer, rows, systems } = problem;
  return {
    ...problem,
    rows: Int32Array.from({ length: layer.taps * layer.inputs + (layer.bias === null ? 0 : 1) }, (_, i) => i),
    systems: systems.map((one) => ({ ...one, rows: one.rows.map((row) => rows[row] ?? 0) })),
  };
}

/** Of a fit over all rows. */
export function toldOf({ problem, moments, misses }: Fit): OwnRefit {
  const { layer, before, now, columns } = problem;
  const { path, taps, inputs, outputs, bias } = layer;
  const rows = problem.rows.length;
  const free = new Uint8Array(rows * outputs);
  const missing = new Float64Array(rows * outputs);
  for (const { columns: own, rows: open } of problem.systems)
    for (const j of own) for (const row of open) free[row * outputs + (columns[j] ?? 0)] = 1;
  columns.forEach((column, j) => {
    for (let row = 0; row < rows; row++)
      missing[row * outputs + column] = misses[row * columns.length + j] ?? 0;
  });
  const whole = moments.products.slice();
  for (let i = 0; i < rows; i++)
    for (let j = i + 1; j < rows; j++) whole[i * rows + j] = whole[j * rows + i] ?? 0;
  const { samples } = moments;
  return {
    about: { layer: path, rows, taps, inputs, outputs, bias: bias !== null, samples },
    values: { before: joined(before), weights: joined(now), free, moments: whole, missing },
  };
}

function joined({ kernel, bias }: Problem["now"]): Float32Array {
  const all = new Float32Array(kernel.length + (bias?.length ?? 0));
  all.set(kernel);
  if (bias !== null) all.set(bias, kernel.length);
  return all;
}

/** Puts what was given for the weights that may change in their place; how far outputs are off follows from the sums. */
export function take(fit: Fit, given: ArrayLike<number>): Refitted {
  const { problem, moments, misses } = fit;
  const { layer, after, columns, systems } = problem;
  const { products } = moments;
  const n = problem.rows.length;
  const width = layer.taps * layer.inputs;
  const changed = (row: number, column: number): number => {
    const at = row * layer.outputs + column;
    const [values, place] = row < width ? [after.kernel, at] : [after.bias ?? after.kernel, column];
    const was = values[place] ?? 0;
    values[place] = given[at] ?? 0;
    return (values[place] ?? 0) - was;
  };
  // Σ‖r − x·Δ‖² = Σ‖r‖² − 2 Δ · Σ x·r + Δ · Σ x·xᵀ · Δ, of whose last sum the lower half is at hand.
  let { error } = fit;
  for (const { columns: own, rows } of systems)
    for (const j of own) {
      const change = Float64Array.from(rows, (row) => changed(row, columns[j] ?? 0));
      rows.forEach((row, i) => {
        const delta = change[i] ?? 0;
        if (delta === 0) return;
        let beside = (products[row * n + row] ?? 0) * delta;
        for (let k = 0; k < i; k++)
          beside += 2 * (products[row * n + (rows[k] ?? 0)] ?? 0) * (change[k] ?? 0);
        error += delta * (beside - 2 * (misses[row * columns.length + j] ?? 0));
      });
    }
  return { was: shareOf(fit.error, fit), is: shareOf(error, fit) };
}
