import { apportion, shareOf, type GroupCounts } from "../schedule/amounts.js";
import { hasAmount } from "../ir/amounts.js";
import type { AmountIr, RegrowIr } from "../ir/types.js";
import { countAmount } from "./choose.js";
import type { Moment } from "../events/context.js";
import { evaluateEntries, layerStatistic, type Domain } from "../expr/domain.js";
import type { Group } from "../units/groups.js";
import type { Space } from "../units/space.js";

/**
 * How many units every group regains. `dropped` counts what each lost in the same event, `limits` those that may come back. Unset amount: as many as were dropped. A share is of all the dead, those just dropped included, and is shared out as the
 * dead are. `allocated` spreads the sum over the groups anew, by these weights. `spills`: what a group has too few candidates for goes to the
 * others, so that a global swap holds its density.
 */
export function regrowCounts(
  ir: AmountIr & Pick<RegrowIr, "allocated">,
  groups: readonly GroupCounts[],
  dropped: readonly number[],
  limits: readonly number[],
  weights: readonly number[],
  moment: Pick<Moment, "value">,
  spills: boolean,
): readonly number[] {
  const all = limits.reduce((a, b) => a + b, 0);
  const lost = dropped.reduce((a, b) => a + b, 0);
  const dead = groups.map((group, i) => group.dead + (dropped[i] ?? 0));
  const written = hasAmount(ir);
  const sum = written ? askedBack(ir, groups, dead, moment) : lost;
  if (ir.allocated !== undefined) return spread(Math.min(sum, all), weights, limits);
  if (written) return spread(Math.min(sum, all), lost > 0 && !isShare(ir) ? dropped : dead, limits);
  return spills
    ? apportion(Math.min(sum, all), dropped, limits)
    : dropped.map((count, i) => Math.min(count, limits[i] ?? 0));
}

/**
 * What groups that lost and would have regained so many lose in all where nothing comes back. One that would have regained more than
 * it lost loses nothing, and the others so much less.
 */
export function netDrops(lost: readonly number[], back: readonly number[], sum: number): readonly number[] {
  const nets = lost.map((n, i) => Math.max(0, n - (back[i] ?? 0)));
  const most = nets.reduce((a, b) => a + b, 0);
  const shares = nets.map((net) => (most > 0 ? (net * sum) / most : 0));
  return apportion(sum, shares, lost);
}

const isShare = ({ drop, to }: AmountIr): boolean => drop !== undefined || to !== undefined;

function spread(sum: number, weights: readonly number[], limits: readonly number[]): readonly number[] {
  const whole = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => (whole > 0 ? (sum * weight) / whole : sum / weights.length));
  return apportion(sum, shares, limits);
}

/** Units that a written amount brings back in all, of these groups with so many dead. */
export function askedBack(
  amount: AmountIr,
  groups: readonly GroupCounts[],
  dead: readonly number[],
  moment: Pick<Moment, "value">,
): number {
  const counted = countAmount(amount, moment);
  const gone = dead.reduce((a, b) => a + b, 0);
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  switch (counted?.kind) {
    case "drop":
      return shareOf(counted.value, gone);
    case "count":
      return Math.max(0, Math.round(counted.value));
    // `to 90%` and `keep 64` say what is dead, or alive, afterwards.
    case "to":
      return Math.max(0, gone - shareOf(counted.value, total));
    case "keep":
      return Math.max(0, Math.round(counted.value) - (total - gone));
    default:
      return 0;
  }
}

/** The mean of an expression over the living units of each group's (first) layer; what is not a positive number counts as 0. */
export function groupWeights(
  allocated: Exclude<RegrowIr["allocated"], "evenly" | undefined>,
  space: Space,
  groups: readonly Group[],
  domain: Domain,
): readonly number[] {
  const means = layerStatistic(domain, evaluateEntries(allocated, domain), "mean");
  return groups.map((group) => {
    const path = group.name.split(", ")[0];
    const value = means[space.layers.findIndex((layer) => layer.path === path)] ?? 0;
    return value > 0 && Number.isFinite(value) ? value : 0;
  });
}
