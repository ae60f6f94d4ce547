import { hasAmount } from "../../core/ir/amounts.js";
import { evaluate } from "../../core/expr/evaluate.js";
import type { EventMoment } from "./outcome.js";
import type { PruneIr } from "../../core/ir/types.js";
import { collapse } from "../../core/network/collapse.js";
import { allowedDrops, floorOf } from "../../core/schedule/amounts.js";
import { againOf, insideRule, takeInside } from "./counted.js";
import { isElements, sum, type Event } from "./outcome.js";
import { rowsOf, type AnyPool, type BranchPool } from "./pools.js";
import type { Trial } from "./trial.js";

/** What of an event comes out alike in every run. */

export interface Sure {
  readonly sum: boolean;
  readonly each: readonly boolean[];
  /** Which units are dead makes no difference, where all stand alike. */
  readonly fixed: boolean;
}

export function settle(trial: Trial, pools: readonly AnyPool[], sure: Sure, dead: readonly number[]): void {
  const fixed = pools.map((pool, i) => {
    const count = dead[i] ?? 0;
    const alike = pool.kind === "elements" || (pool.kind === "channels" && pool.alike);
    return sure.fixed && (alike || count === 0 || count === pool.total);
  });
  trial.ledger.settle(pools, sure.each, sure.sum, fixed);
  const branches = pools.filter((pool): pool is BranchPool => pool.kind === "branch");
  if (branches.length === 0) return;
  const all = sure.sum && branches.every((pool) => trial.deadOf(pool) === 1);
  trial.ledger.blur(trial.placesOf(new Set(branches.flatMap(({ roots }) => roots))), all);
}

/** What is known of the dead before a prune: of each pool, of their sum, and whether the number asked for follows. */
export interface Known {
  readonly each: readonly boolean[];
  readonly sum: boolean;
  readonly asked: boolean;
  /** Whether it is so only once its own target is reached. */
  readonly rising: boolean;
  readonly inside: boolean;
  /** Some stand at their initial values: dead as others, but left in the network. */
  readonly frozen: boolean;
  /** Units alive, and what floors hold back at most. */
  readonly alive: number;
}

export function knownBefore(
  trial: Trial,
  ir: PruneIr,
  { pools, amount, moment }: Event,
  dead: readonly number[],
): Known {
  const { ledger } = trial;
  const plain = pools.map((pool) => trial.isPlain(pool));
  const branches = pools.some((pool) => pool.kind === "branch");
  const clear = !branches || !ledger.has("channels", "*");
  const highest = highestTarget(ir, moment.names);
  const lands = amount?.kind === "to" && highest !== null && amount.value >= highest;
  // Of weights, dead channels may hold more than is asked for by then.
  const rises = pools.map(
    (pool) =>
      lands && ledger.isRising(pool, ir.id) && (pool.kind !== "elements" || trial.elements.view(pool).whole),
  );
  const each = pools.map(
    (pool, i) => (ledger.isSure(pool) || rises[i] === true) && plain[i] === true && clear,
  );
  const known = (ledger.isSumSure(pools) || each.every(Boolean)) && plain.every(Boolean) && clear;
  const together = ir.scope === "global" || branches;
  const even =
    ir.scope !== "row" ||
    pools.every((pool) => {
      if (!isElements(pool)) return true;
      const view = trial.elements.view(pool);
      const { visible, even } = view;
      return (
        even &&
        (ir.aligned <= 1 || againOf(view, ir) === 0) &&
        visible === pool.total &&
        new Set(pool.kernels.map((kernel) => rowsOf(kernel).size)).size === 1
      );
    });
  const rule = insideRule(ir, amount);
  const inside =
    rule !== null &&
    pools.every((pool) => {
      if (!isElements(pool) || pool.kernels.length === 0) return false;
      const view = trial.elements.view(pool);
      return !takeInside(view, rule, againOf(view, ir), trial.dice).drawn;
    });
  const counted = amount !== null && ir.scope !== "sign" && even;
  return {
    each,
    sum: known,
    rising: rises.some(Boolean),
    asked:
      !rises.some(Boolean) &&
      (rule !== null ? inside && each.every(Boolean) : counted && (together ? known : each.every(Boolean))),
    inside,
    frozen: trial.isFrozen(pools),
    alive: sum(pools.map((pool) => pool.total)) - sum(dead),
  };
}

/** The target of which a rule asks in the end of each layer, where it never asks for more; null where something else decides. */
export function highestTarget(ir: PruneIr, names: EventMoment["names"]): number | null {
  const { to: value, manner, joins, aligned, regrow } = ir;
  if (value === undefined || ir.scope !== "local" || regrow !== undefined) return null;
  if (manner !== "held" || joins === "agree" || aligned > 1) return null;
  if (typeof value !== "object" || !("moving" in value)) return evaluate(value, names) ?? null;
  const { from, to, curve } = value.moving;
  const [start, end] = [evaluate(from, names), evaluate(to, names)];
  // A declared curve may lead beyond its ends.
  return typeof curve === "string" && start !== undefined && end !== undefined && start <= end ? end : null;
}

export function surelyAfter(
  trial: Trial,
  ir: PruneIr,
  { pools, amount }: Event,
  known: Known,
  nominal: number | null,
): Sure {
  const all = known.each.every(Boolean);
  const nobody = { sum: false, each: pools.map(() => false), fixed: true };
  const { regrow } = ir;
  const evenly = regrow?.allocated === undefined || regrow.allocated === "evenly";
  const fixed = regrow === undefined || !(known.frozen || ir.manner === "frozen");
  // Every layer regains as many as it lost.
  if (regrow?.includingDropped === true && !hasAmount(regrow) && regrow.allocated === undefined)
    return { sum: known.sum, each: known.each, fixed };
  const rule = insideRule(ir, amount);
  if (rule !== null) {
    const sure = known.inside && all;
    return { sum: sure, each: known.each.map((one) => one && known.inside && evenly), fixed };
  }
  if (ir.joins === "agree") return nobody;
  if (ir.budget !== undefined) {
    const plain =
      ir.scope === "local" &&
      all &&
      ir.manner === "held" &&
      regrow === undefined &&
      pools.every((pool) => pool.kind === "channels" && pool.alike) &&
      trial.ledger.areFixed("channels") &&
      ![...trial.elements.gone()].length;
    return plain ? { sum: true, each: known.each, fixed } : nobody;
  }
  if (amount === null || ir.scope === "sign") return nobody;
  const alone = pools.every(({ layers }) => layers.length <= 1);
  if (pools.some((pool) => pool.kind === "branch")) {
    const branches = pools.filter((pool): pool is BranchPool => pool.kind === "branch");
    const sure = known.sum && isLaminar(branches) && isSeparable(trial, branches);
    const everything = sure && (nominal ?? 0) >= known.alive;
    return { sum: sure, each: pools.map(() => everything || (sure && nominal === 0 && all)), fixed };
  }
  if (ir.scope === "global") {
    const nothing = known.alive === sum(pools.map((pool) => pool.total - trial.deadOf(pool)));
    if (ir.aligned > 1 && all && nothing && isTooNarrow(trial, ir, pools, nominal ?? Infinity))
      return { sum: true, each: known.each, fixed };
    const held = sum(pools.map((pool) => pool.layers.length * floorOf(ir.keeping, pool.total, ir.collapse)));
    const fits = (nominal ?? Infinity) <= known.alive - held || (all && alone);
    // Once all that may go goes, every layer is at its floor.
    const bare = all && alone && ir.aligned <= 1 && (nominal ?? 0) >= known.alive - held;
    return { sum: known.sum && fits && ir.aligned <= 1, each: pools.map(() => bare), fixed };
  }
  if (!known.asked && ir.scope === "row") return nobody;
  if (
    ir.scope === "er" ||
    ir.scope === "erk" ||
    !alone ||
    (regrow !== undefined && hasAmount(regrow)) ||
    regrow?.allocated !== undefined
  )
    return { sum: all, each: pools.map(() => all && evenly), fixed };
  return { sum: all, each: known.each, fixed };
}

/** Whether no pool can give a multiple, however many of the units asked for it is to lose. */
function isTooNarrow(trial: Trial, ir: PruneIr, pools: readonly AnyPool[], asked: number): boolean {
  return pools.every((pool) => {
    const alive = pool.total - trial.deadOf(pool);
    const floor = floorOf(ir.keeping, pool.total, ir.collapse);
    const most = Math.min(asked, alive);
    for (let wanted = 1; wanted <= most; wanted++)
      if (allowedDrops(wanted, alive, floor, ir.aligned) > 0) return false;
    return true;
  });
}

/** Whether branches lie beside or inside each other: there is always one that takes no other along. */
function isLaminar(pools: readonly BranchPool[]): boolean {
  const sets = pools.map(({ roots }) => new Set(roots));
  return sets.every((one, i) =>
    sets.slice(i + 1).every((other) => {
      const shared = [...one].filter((root) => other.has(root)).length;
      return shared === 0 || shared === one.size || shared === other.size;
    }),
  );
}

/** Whether branches may all go together: what is left still leads from input to output. */
function isSeparable({ original }: Trial, pools: readonly BranchPool[]): boolean {
  const roots = new Set(pools.flatMap((pool) => pool.roots));
  return collapse(original, (id) => roots.has(original.channels.find(id))).diagnostics.length === 0;
}
