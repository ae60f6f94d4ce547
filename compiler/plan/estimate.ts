import type { Estimate } from "../../core/ir/types.js";
import type { Told } from "./trial.js";

export type { Estimate };

export const isExact = (estimate: Estimate): estimate is number => typeof estimate === "number";
export const lowest = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.from);
export const highest = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.to);
export const middle = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.about);

/** What the draws say together; draws that did not get there say nothing. What is no count is not `rounded` to one. */
export function together(
  draws: readonly (Told | null | undefined)[],
  rounded: (value: number) => number = Math.round,
): Estimate | null {
  let [told, sum, from, to, sure] = [0, 0, Infinity, -Infinity, true];
  for (const one of draws) {
    if (one === null || one === undefined) continue;
    told++;
    sum += one.value;
    from = Math.min(from, one.value);
    to = Math.max(to, one.value);
    sure &&= one.sure;
  }
  if (told === 0) return null;
  return sure && from === to ? from : { about: rounded(sum / told), from, to };
}

/** Counts of several groups as one. */
export function added(estimates: readonly Estimate[]): Estimate {
  const sum = (of: (one: Estimate) => number) => estimates.reduce<number>((all, one) => all + of(one), 0);
  return estimates.every(isExact) ? sum(middle) : { about: sum(middle), from: sum(lowest), to: sum(highest) };
}

/** What is left of a whole. */
export function rest(whole: number, estimate: Estimate): Estimate {
  if (isExact(estimate)) return whole - estimate;
  return { about: whole - estimate.about, from: whole - estimate.to, to: whole - estimate.from };
}
