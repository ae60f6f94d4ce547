import type { CountAmount } from "../schedule/amounts.js";
import type { AmountIr } from "../ir/types.js";
import type { Moment } from "../events/context.js";

/** The amounts that are counts, with their values at this moment; undefined for thresholds, budgets and patterns. */
export function countAmount(amount: AmountIr, moment: Pick<Moment, "value">): CountAmount | undefined {
  switch (amount.kind) {
    case "drop-share":
    case "drop-count":
    case "keep-count":
      return { kind: amount.kind, value: moment.value(amount.value, "value") };
    case "target":
      return { kind: "target", value: moment.value(amount.value, "share-dead") };
    default:
      return undefined;
  }
}
