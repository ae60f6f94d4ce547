import type { RandomStream } from "../random.js";

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe, McClelland and Ganguli 2014):
 * normal draws made orthonormal by Gram–Schmidt, done twice so that rounding does not spoil it. All axes but the last
 * count as rows.
 */
export function orthogonal(shape: readonly number[], gain: number, random: RandomStream): Float32Array {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = shape.slice(0, -1).reduce((p, n) => p * n, 1);
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const vectors: Float64Array[] = [];
  for (let k = 0; k < short; k++) {
    const v = Float64Array.from({ length: long }, (_, i) => random.normal(k * long + i));
    for (let pass = 0; pass < 2; pass++) for (const u of vectors) subtractProjection(v, u);
    const norm = Math.sqrt(product(v, v)) || 1;
    for (let i = 0; i < long; i++) v[i] = (v[i] ?? 0) / norm;
    vectors.push(v);
  }
  const out = new Float32Array(rows * columns);
  vectors.forEach((v, k) => {
    for (let i = 0; i < long; i++)
      out[rows >= columns ? i * columns + k : k * columns + i] = gain * (v[i] ?? 0);
  });
  return out;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function subtractProjection(v: Float64Array, u: Float64Array): void {
  const along = product(v, u);
  for (let i = 0; i < v.length; i++) v[i] = (v[i] ?? 0) - along * (u[i] ?? 0);
}
