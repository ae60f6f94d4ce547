import { apportion, shareOf } from "../../compiler/ir/amounts.js";
import type { RegrowIr } from "../../compiler/ir/types.js";
import { countAmount } from "./amount.js";
import type { Moment } from "./context.js";
import { evaluateEntries } from "./expression.js";
import type { Names } from "./expression.js";
import { countUnits } from "./groups.js";
import type { Group } from "./groups.js";
import { layerStatistic } from "./reduce.js";
import type { Space } from "./space.js";

/**
 * How many units every group regains. `dropped` counts what each lost in the same event, `candidates` (1) are those that may come
 * back. Unset amount: as many as were dropped. A share is of the dead. `allocated` spreads the sum over the groups anew. `spills`: what a
 * group has too few candidates for goes to the others, so that a global swap holds its density.
 */
export function regrowCounts(
  ir: RegrowIr,
  space: Space,
  groups: readonly Group[],
  dropped: readonly number[],
  candidates: Uint8Array,
  names: Names,
  moment: Moment,
  spills: boolean,
): readonly number[] {
  const limits = groups.map((group) => countUnits(group.members, (unit) => candidates[unit] === 1));
  const wanted = groups.map((group, i) => wantedOf(ir, group, dropped[i] ?? 0, moment));
  const sum = wanted.reduce((a, b) => a + b, 0);
  const all = limits.reduce((a, b) => a + b, 0);
  if (ir.allocated === undefined) {
    return spills
      ? apportion(Math.min(sum, all), wanted, limits)
      : wanted.map((count, i) => Math.min(count, limits[i] ?? 0));
  }
  const weights =
    ir.allocated === "evenly" ? groups.map(() => 1) : groupWeights(ir.allocated, space, groups, names);
  const whole = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => (whole > 0 ? (sum * weight) / whole : sum / groups.length));
  return apportion(Math.min(sum, all), shares, limits);
}

function wantedOf(ir: RegrowIr, group: Group, dropped: number, moment: Moment): number {
  if (ir.amount === undefined) return dropped;
  const amount = countAmount(ir.amount, moment);
  switch (amount?.kind) {
    case "drop-share":
      return shareOf(amount.value, group.dead);
    case "drop-count":
      return Math.max(0, Math.round(amount.value));
    // `to 90%` and `keep 64` say what is dead, or alive, afterwards.
    case "target":
      return Math.max(0, group.dead - shareOf(amount.value, group.total));
    case "keep-count":
      return Math.max(0, Math.round(amount.value) - (group.total - group.dead));
    default:
      return dropped;
  }
}

/** The mean of an expression over the living units of each group's (first) layer; what is not a positive number counts as 0. */
function groupWeights(
  allocated: Exclude<RegrowIr["allocated"], "evenly" | undefined>,
  space: Space,
  groups: readonly Group[],
  names: Names,
): readonly number[] {
  const means = layerStatistic(space, evaluateEntries(allocated, space, names), "mean");
  return groups.map((group) => {
    const path = group.name.split(", ")[0];
    const value = means[space.layers.findIndex((layer) => layer.path === path)] ?? 0;
    return value > 0 && Number.isFinite(value) ? value : 0;
  });
}
