import { isKeptInside } from "../../core/choose/choose.js";
import { patternOf } from "../../core/ir/structure.js";
import { shareSteps, smallestCut } from "../../core/choose/budget.js";
import { erdosRenyiDead } from "../../core/choose/erdos-renyi.js";
import {
  allowedDrops,
  askedDrops,
  floorOf,
  resultingShare,
  type CountAmount,
  type GroupCounts,
} from "../../core/schedule/amounts.js";
import { dropsInside, kernelGroups, type InsideRule } from "../../core/units/kernel-groups.js";
import { latent, soft } from "../../core/masks/state.js";
import type { PruneIr } from "../../core/ir/types.js";
import type { Dice } from "./dice.js";
import { total, type View } from "./elements.js";
import { sum } from "./outcome.js";
import { rowsOf } from "./pools.js";

/** Which counts of units an amount takes, from functions of the engine; where those would read scores, by chance. */

/** What an event takes of every pool. */
export interface Taken {
  readonly taken: readonly number[];
  /** Asked for, before floors and alignment. */
  readonly nominal: number;
  /** Whether it hangs on which units are dead, or on their weights. */
  readonly chance: boolean;
}

type Rules = Pick<PruneIr, "scope" | "keeping" | "collapse" | "aligned" | "manner" | "awaitsRestore">;

/** A pool as a prune ranks it. */
export interface Ranked extends View {
  /** Units that are ranked along though they are dead. */
  readonly again: number;
  /** Units that are ranked, and how many of them may go at most. */
  readonly open: number;
  readonly room: number;
  /** Units that stay in any case. */
  readonly floor: number;
}

export function rankedOf(view: View, { manner, awaitsRestore, keeping, collapse }: Rules): Ranked {
  const ranksAgain = (manner === "softly" || manner === "latently") && awaitsRestore !== true;
  const again = ranksAgain ? view.counts[soft] + view.counts[latent] : 0;
  const floor = floorOf(keeping, view.pool.total, collapse);
  const open = view.alive + again;
  return { ...view, again, open, room: Math.max(0, open - floor), floor };
}

/** What a statement keeps inside kernels, group by group; null where it counts by layers or over all. */
export function insideRule(
  ir: Pick<PruneIr, "keep" | "keepEach" | "structure">,
  known: CountAmount | null,
): InsideRule | null {
  const pattern = patternOf(ir.structure);
  if (pattern !== null) return { keep: pattern.n, of: pattern.m };
  if (known === null || !isKeptInside(ir)) return null;
  return { keep: Math.max(0, Math.round(known.value)), of: "kernel" };
}

/** As `selectUnits` of the engine takes them. */
export function takeCounts(views: readonly Ranked[], amount: CountAmount, rules: Rules, dice: Dice): Taken {
  const back = sum(views.map(({ again }) => again));
  const groups = views.map(countsOf);
  const all = { total: sum(groups.map((one) => one.total)), dead: sum(groups.map((one) => one.dead)) };
  const { scope: kind, aligned } = rules;
  if (kind === "global") {
    const nominal = askedDrops(amount, all);
    const chosen = takeTogether(nominal + back, views, dice);
    const taken = views.map(({ open, floor }, i) => allowedDrops(chosen[i] ?? 0, open, floor, aligned));
    return { taken, nominal, chance: false };
  }
  const goals =
    kind === "er" || kind === "erk"
      ? erdosRenyiDead(
          views.map(({ pool }) => ({ units: pool.total, shape: pool.shape })),
          resultingShare(amount, all),
          kind,
        )
      : null;
  const each = views.map((view, i) => {
    const goal = goals?.[i];
    if (goal !== undefined) return whole(Math.max(0, goal - (groups[i]?.dead ?? 0)));
    return kind === "sign"
      ? bySign(view, amount, rules, dice)
      : kind === "row"
        ? byRow(view, amount, rules, dice)
        : whole(askedDrops(amount, groups[i] ?? all));
  });
  const taken = views.map(({ again, open, room, floor }, i) => {
    const { asked, kept } = each[i] ?? whole(0);
    return kept === null ? allowedDrops(asked + again, open, floor, aligned) : Math.min(kept + again, room);
  });
  const unclear = back > 0 && aligned > 1;
  const chance = kind === "sign" || (kind === "row" && (unclear || views.some((view) => !hasEvenRows(view))));
  return { taken, nominal: sum(each.map(({ asked }) => asked)), chance };
}

/** All units of a pool and the dead among them, as the engine counts a group. */
export const countsOf = ({ pool, alive }: View): GroupCounts => ({
  total: pool.total,
  dead: pool.total - alive,
});

/** Whether every row has as many living weights as the others of its kernel. */
const hasEvenRows = ({ even, visible, pool, counts }: View): boolean =>
  even && visible === pool.total && (pool.kernels.length <= 1 || total(counts) === 0);

/** What a layer is asked for, and, where its parts keep to multiples by themselves, what they give. */
interface Asked {
  readonly asked: number;
  readonly kept: number | null;
}

const whole = (asked: number): Asked => ({ asked, kept: null });

/** Drops of one part of a layer. */
function part({ total: all, dead }: GroupCounts, amount: CountAmount, rules: Rules): Asked {
  const asked = askedDrops(amount, { total: all, dead });
  const floor = rules.aligned > 1 ? floorOf(rules.keeping, all, rules.collapse) : 0;
  return { asked, kept: allowedDrops(asked, all - dead, floor, rules.aligned) };
}

/** Positive and negative weights are asked apart; about half of them are either. */
function bySign({ pool, alive }: View, amount: CountAmount, rules: Rules, dice: Dice): Asked {
  const gone = pool.total - alive;
  const positive = dice.marked(2 * alive, alive, alive);
  const parts = [positive, alive - positive].map((count) => {
    const dead = alive === 0 ? 0 : Math.round((gone * count) / alive);
    return part({ total: count + dead, dead }, amount, rules);
  });
  return joined(parts);
}

const joined = (parts: readonly Asked[]): Asked => ({
  asked: sum(parts.map(({ asked }) => asked)),
  kept: sum(parts.map(({ kept }) => kept ?? 0)),
});

/** Each output channel is asked for itself. */
function byRow(view: View, amount: CountAmount, rules: Rules, dice: Dice): Asked {
  const { pool, alive } = view;
  if (pool.kernels.length === 0) return whole(askedDrops(amount, countsOf(view)));
  const rows = pool.kernels.map((kernel) => {
    const { rows: count, size } = rowsOf(kernel);
    const row = (lost: number) => part({ total: size, dead: Math.min(size, lost) }, amount, rules);
    if (hasEvenRows(view)) {
      const { asked, kept } = row(Math.round((size * total(view.counts)) / pool.total));
      return { asked: count * asked, kept: count * (kept ?? 0) };
    }
    const shown = Math.round(count * Math.min(1, view.visible / pool.total));
    const dead = 1 - alive / Math.max(1, pool.total);
    const asked = dice.overGroups(shown, size, dead, (lost) => row(lost).asked);
    const kept =
      rules.aligned > 1 ? dice.overGroups(shown, size, dead, (lost) => row(lost).kept ?? 0) : asked;
    return { asked, kept };
  });
  return joined(rows);
}

/** One ranking over all: what a layer cannot give without falling under its floor, the others do. */
export function takeTogether(
  count: number,
  views: readonly Pick<Ranked, "open" | "room">[],
  dice: Dice,
): readonly number[] {
  const full = new Set<number>();
  let left = Math.min(count, sum(views.map(({ room }) => room)));
  for (;;) {
    const shares = dice.among(
      views.map(({ open }, i) => (full.has(i) ? 0 : open)),
      left,
    );
    const over = views.flatMap(({ room }, i) => (!full.has(i) && (shares[i] ?? 0) > room ? [i] : []));
    if (over.length === 0) return views.map(({ room }, i) => (full.has(i) ? room : (shares[i] ?? 0)));
    for (const i of over) {
      full.add(i);
      left -= views[i]?.room ?? 0;
    }
  }
}

/** What of each group inside kernels goes: exact while nothing died there, or where the rule holds already. */
export function takeInside(
  { pool, visible, inside, open, again }: Ranked,
  rule: InsideRule,
  dice: Dice,
): { readonly taken: number; readonly chance: boolean } {
  const groups = pool.kernels.flatMap(({ weight }) => kernelGroups(weight, rule.of));
  const drops = (size: number, gone: number) => dropsInside(size - gone, rule.keep);
  if (open === pool.total)
    return { taken: sum(groups.map(({ size, count }) => count * drops(size, 0))), chance: false };
  const holds = inside !== null && inside.of === rule.of && inside.keep <= rule.keep;
  if (holds && again === 0) return { taken: 0, chance: false };
  const wholly = rule.of === "kernel";
  const share = 1 - open / Math.max(1, wholly ? visible : pool.total);
  const shown = wholly ? visible / pool.total : 1;
  const taken = sum(
    groups.map(({ size, count }) =>
      dice.overGroups(Math.round(count * shown), size, share, (gone) => drops(size, gone)),
    ),
  );
  return { taken: Math.min(open, taken), chance: true };
}

/** The smallest cut of counts that keeps a budget, as `selectBudget` finds it. */
export function takeBudget(
  views: readonly Ranked[],
  rules: Rules,
  dice: Dice,
  fits: (taken: readonly number[]) => boolean,
): readonly number[] {
  const none = views.map(() => 0);
  if (fits(none)) return none;
  const together = rules.scope === "global";
  const steps = together ? sum(views.map(({ open }) => open)) : shareSteps;
  const amount = (step: number): CountAmount =>
    together ? { kind: "count", value: step } : { kind: "drop", value: step / shareSteps };
  return smallestCut(steps, (step) => takeCounts(views, amount(step), rules, dice).taken, fits).found;
}
