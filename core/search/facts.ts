/** Each fact from its least, 0, to its greatest, 1, over all decisions; 0 where they do not differ. */
export function evened(facts: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const columns = (facts[0] ?? []).map((_, k) => facts.map((row) => row[k] ?? 0));
  const [least, most] = [columns.map((one) => Math.min(...one)), columns.map((one) => Math.max(...one))];
  return facts.map((row) =>
    row.map((value, k) => {
      const range = (most[k] ?? 0) - (least[k] ?? 0);
      return range > 0 ? (value - (least[k] ?? 0)) / range : 0;
    }),
  );
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of some numbers; 1 where they do not differ. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const square = mean(values.map((value) => (value - middle) ** 2));
  return square > 0 ? Math.sqrt(square) : 1;
}
