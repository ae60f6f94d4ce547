import type { Estimate } from "../../core/ir/types.js";
import type { Told } from "./trial.js";

export type { Estimate };

export const isExact = (estimate: Estimate): estimate is number => typeof estimate === "number";
export const lowest = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.from);
export const highest = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.to);
export const middle = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.about);

/** What the draws say together; draws that did not get there say nothing. */
export function together(draws: readonly (Told | null | undefined)[]): Estimate | null {
  const told = draws.flatMap((one) => one ?? []);
  const [first] = told;
  if (first === undefined) return null;
  const values = told.map(({ value }) => value);
  const [from, to] = [Math.min(...values), Math.max(...values)];
  if (from === to && told.every(({ sure }) => sure)) return first.value;
  return { about: Math.round(values.reduce((a, b) => a + b, 0) / values.length), from, to };
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
