import { amount, type AmountIr, type ExprIr, type ValueIr } from "./clauses.js";

/** What the words of an amount mean. */

/** Amounts that come to a number of units; whether `keep` counts in each kernel is asked where it matters. */
const counting = ["drop", "count", "to", "keep"] as const;
export type Counting = (typeof counting)[number];

/** An amount that comes to a number of units, as written; null for thresholds and budgets, and where there is none. */
export function countingOf(clauses: AmountIr): { readonly kind: Counting; readonly value: ValueIr } | null {
  for (const kind of counting) {
    const value = clauses[kind] ?? (kind === "keep" ? clauses.keepEach : undefined);
    if (value !== undefined) return { kind, value };
  }
  return null;
}

/** What units are held against one by one. */
export interface Threshold {
  readonly side: "below" | "above";
  readonly value: ExprIr;
}
export function thresholdOf({ below, above }: AmountIr): Threshold | null {
  if (below !== undefined) return { side: "below", value: below };
  return above === undefined ? null : { side: "above", value: above };
}

/** The words of the amounts that are there: at most one, but in IRs from elsewhere. */
export const amountsIn = (clauses: AmountIr): readonly string[] =>
  Object.keys(amount).filter((word) => clauses[word as keyof AmountIr] !== undefined);
export const hasAmount = (clauses: AmountIr): boolean => amountsIn(clauses).length > 0;

/** The same statement with another amount. */
export function withAmount<S extends AmountIr>(
  statement: S,
  other: AmountIr,
): Omit<S, keyof AmountIr> & AmountIr {
  const rest = Object.entries(statement).filter(([word]) => !Object.hasOwn(amount, word));
  return { ...(Object.fromEntries(rest) as Omit<S, keyof AmountIr>), ...other };
}
