import { factorize, substitute } from "./cholesky.js";
import { damping, type Moments } from "./moments.js";
import type { LinearLayer } from "./linear.js";

/** Of the mean of the diagonal of the Hessian, what is added to it: without it what is read less often than it is wide has no inverse. */
const ridge = 1e-6;

/**
 * For every weight that lives (`held` 0) its diagonal entry of the inverse Hessian of the output's squared error, the mean of x·xᵀ
 * over the samples among the living weights of its output and its bias (Hassibi, Stork 1993, layer by layer). Infinite for what is dead.
 */
export function inverseDiagonal(layer: LinearLayer, moments: Moments, held: Uint8Array): Float64Array {
  const { outputs } = layer;
  const { rows, products, samples } = moments;
  const n = rows.length;
  const lambda = damping(moments, ridge);
  const width = layer.taps * layer.inputs;
  const out = new Float64Array(width * outputs).fill(Infinity);
  const known = new Map<string, Float64Array>();
  for (let column = 0; column < outputs; column++) {
    const open = [...rows.keys()].filter(
      (i) => rows[i] === width || held[(rows[i] ?? 0) * outputs + column] !== 1,
    );
    const key = open.join(" ");
    let diagonal = known.get(key);
    if (diagonal === undefined) known.set(key, (diagonal = diagonalOf(open, products, n, lambda)));
    open.forEach((i, k) => {
      const row = rows[i] ?? 0;
      if (row < width) out[row * outputs + column] = samples * (diagonal?.[k] ?? 0);
    });
  }
  return out;
}

/** Of the inverse of a part of the matrix, with λ on its diagonal. Where nothing is read every weight may go for nothing. */
function diagonalOf(
  open: readonly number[],
  products: Float64Array,
  n: number,
  lambda: number,
): Float64Array {
  const m = open.length;
  const factor = new Float64Array(m * m);
  open.forEach((i, r) => {
    for (let c = 0; c <= r; c++) factor[r * m + c] = products[i * n + (open[c] ?? 0)] ?? 0;
    factor[r * m + r] = (factor[r * m + r] ?? 0) + lambda;
  });
  const diagonal = new Float64Array(m).fill(Infinity);
  if (!(lambda > 0) || !factorize(factor, m)) return diagonal;
  const column = new Float64Array(m);
  for (let k = 0; k < m; k++) {
    column.fill(0);
    column[k] = 1;
    substitute(factor, m, column);
    diagonal[k] = column[k] ?? 0;
  }
  return diagonal;
}
