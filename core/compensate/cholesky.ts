/**
 * Symmetric positive definite systems A·x = b by Cholesky's factors A = L·Lᵀ, in 64-bit numbers. `a` is an n × n matrix, row after
 * row, of which the lower half is read and becomes L. False where A is not positive definite, within rounding: then `a` is undefined.
 */
export function factorize(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let sum = a[row + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (a[row + k] ?? 0) * (a[other + k] ?? 0);
      if (j < i) a[row + j] = sum / (a[other + j] ?? 0);
      else if (sum > 0 && sum < Infinity) a[row + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** The solution for one right side, in its place. `l` as `factorize` leaves it. */
export function substitute(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (l[row + k] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (l[row + i] ?? 0);
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = (b[i] ?? 0) / (l[row + i] ?? 0);
    b[i] = value;
    for (let k = 0; k < i; k++) b[k] = (b[k] ?? 0) - value * (l[row + k] ?? 0);
  }
}
