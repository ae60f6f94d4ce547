import { type CountAmount, floorOf } from "../../../core/schedule/amounts.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { dropsInside, kernelGroups } from "../../../core/units/kernel-groups.js";
import { insideRule } from "../counted.js";
import { isGlobal } from "../sure.js";
import type { AnyPool } from "../pools.js";

/** Why a statement can take nothing from a pool, however its units score. */
export type Spared =
  /** No group inside its kernels is larger than what stays of each: `largest` is the largest. */
  | { readonly by: "inside"; readonly keep: number; readonly largest: number }
  /** It has no more units than stay. */
  | { readonly by: "keep"; readonly keep: number }
  /** The least multiple that may stay is no less than what it has. */
  | { readonly by: "aligned"; readonly least: number };

/** Undefined where something may go, at this amount or, where that moves, at another. */
export function sparedBy(statement: PruneIr, amount: CountAmount | null, pool: AnyPool): Spared | undefined {
  const rule = insideRule(statement, amount);
  if (rule !== null) {
    const kernels = pool.kind === "elements" ? pool.kernels : [];
    const groups = kernels.flatMap(({ weight }) => kernelGroups(weight, rule.of));
    if (kernels.length === 0 || groups.some(({ size }) => dropsInside(size, rule.keep) > 0)) return undefined;
    return { by: "inside", keep: rule.keep, largest: Math.max(0, ...groups.map(({ size }) => size)) };
  }
  if (amount?.kind === "keep" && !isGlobal(statement)) {
    const keep = Math.max(0, Math.round(amount.value));
    if (pool.total <= keep) return { by: "keep", keep };
  }
  if (statement.aligned <= 1 || statement.joins === "agree") return undefined;
  const least =
    Math.ceil(floorOf(statement.keeping, pool.total, statement.collapse) / statement.aligned) *
    statement.aligned;
  const whole = statement.scope !== "row" && statement.scope !== "sign";
  return whole && least >= pool.total ? { by: "aligned", least } : undefined;
}
