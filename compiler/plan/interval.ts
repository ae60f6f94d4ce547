/** A count that is known exactly (both ends alike) or to lie between two, both included. */
export type Interval = readonly [low: number, high: number];

export const exactly = (count: number): Interval => [count, count];
export const isExact = ([low, high]: Interval): boolean => low === high;
export const plus = (a: Interval, b: Interval): Interval => [a[0] + b[0], a[1] + b[1]];
export const total = (intervals: readonly Interval[]): Interval => intervals.reduce(plus, exactly(0));

/** The counts in both; where two sound bounds contradict each other by rounding, the nearer end. */
export function meet(a: Interval, b: Interval): Interval {
  const low = Math.max(a[0], b[0]);
  const high = Math.min(a[1], b[1]);
  return low <= high ? [low, high] : [high, high];
}
