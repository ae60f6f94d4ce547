/** So many samples are added in one sweep over the matrix. */
const block = 4;

/**
 * Second moments of what a layer reads: Σ x·xᵀ over samples, of the rows asked for, the lower half; the row behind the last is the 1
 * that a bias is multiplied by.
 */
export interface Moments {
  readonly rows: Int32Array;
  /** rows.length × rows.length. */
  readonly products: Float64Array;
  samples: number;
}

export const newMoments = (rows: Int32Array): Moments => ({
  rows,
  products: new Float64Array(rows.length * rows.length),
  samples: 0,
});

/** Adds samples of `width` numbers each; `each` is shown what is taken of every one, in the order of the rows. */
export function addSamples(
  moments: Moments,
  samples: Float32Array,
  width: number,
  each?: (taken: Float64Array, sample: number) => void,
): void {
  const { rows, products } = moments;
  const n = rows.length;
  const count = samples.length / width;
  const taken = Array.from({ length: block }, () => new Float64Array(n));
  const [a = new Float64Array(n), b = a, c = a, d = a] = taken;
  for (let from = 0; from < count; from += block) {
    for (let s = 0; s < block; s++) {
      const one = taken[s] ?? a;
      const at = (from + s) * width;
      const missing = from + s >= count;
      for (let i = 0; i < n; i++) {
        const row = rows[i] ?? 0;
        one[i] = missing ? 0 : row === width ? 1 : (samples[at + row] ?? 0);
      }
      if (!missing) each?.(one, from + s);
    }
    for (let i = 0; i < n; i++) {
      const [ai, bi, ci, di] = [a[i] ?? 0, b[i] ?? 0, c[i] ?? 0, d[i] ?? 0];
      if (ai === 0 && bi === 0 && ci === 0 && di === 0) continue;
      const row = i * n;
      for (let j = 0; j <= i; j++)
        products[row + j] =
          (products[row + j] ?? 0) +
          ai * (a[j] ?? 0) +
          bi * (b[j] ?? 0) +
          ci * (c[j] ?? 0) +
          di * (d[j] ?? 0);
    }
  }
  moments.samples += count;
}

/** What is added to the diagonal: a share of its mean. */
export function damping({ rows, products }: Moments, ridge: number): number {
  const n = rows.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += products[i * n + i] ?? 0;
  return n === 0 ? 0 : (ridge * sum) / n;
}
