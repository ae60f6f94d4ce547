import { countingOf } from "../ir/amounts.js";
import type { AmountIr } from "../ir/types.js";
import type { Moment } from "../events/context.js";
import type { CountAmount } from "../schedule/amounts.js";

/** The amounts that are counts, with their values at this moment; undefined for thresholds, budgets and patterns. */
export function countAmount(amount: AmountIr, moment: Pick<Moment, "value">): CountAmount | undefined {
  const counting = countingOf(amount);
  if (counting === null) return undefined;
  const { kind, value } = counting;
  return { kind, value: moment.value(value, kind === "to" ? "share-dead" : "value") };
}
