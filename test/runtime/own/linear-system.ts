/** x of A · x = b, by Gauss's elimination with the largest pivot of each column; both are written over. */
export function solved(a: number[][], b: number[]): readonly number[] {
  const n = b.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column; row < n; row++)
      if (Math.abs(a[row]?.[column] ?? 0) > Math.abs(a[pivot]?.[column] ?? 0)) pivot = row;
    [a[column], a[pivot]] = [a[pivot] ?? [], a[column] ?? []];
    [b[column], b[pivot]] = [b[pivot] ?? 0, b[column] ?? 0];
    const from = a[column] ?? [];
    for (let row = column + 1; row < n; row++) {
      const to = a[row] ?? [];
      const factor = (to[column] ?? 0) / (from[column] ?? 1);
      for (let i = column; i < n; i++) to[i] = (to[i] ?? 0) - factor * (from[i] ?? 0);
      b[row] = (b[row] ?? 0) - factor * (b[column] ?? 0);
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = b[row] ?? 0;
    for (let i = row + 1; i < n; i++) sum -= (a[row]?.[i] ?? 0) * (b[i] ?? 0);
    b[row] = sum / (a[row]?.[row] ?? 1);
  }
  return b;
}
