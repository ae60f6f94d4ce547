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

/** Units that are ranked along though they are dead. */
export const againOf = (
  view: View,
  { manner, awaitsRestore }: Pick<Rules, "manner" | "awaitsRestore">,
): number =>
  (manner === "softly" || manner === "latently") && awaitsRestore !== true
    ? view.counts[soft] + view.counts[latent]
    : 0;

const roomOf = (view: View, open: number, { keeping, collapse }: Rules): number =>
  Math.max(0, open - floorOf(keeping, view.pool.total, collapse));

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
export function takeCounts(views: readonly View[], amount: CountAmount, rules: Rules, dice: Dice): Taken {
  const back = views.map((view) => againOf(view, rules));
  const open = views.map((view, i) => view.alive + (back[i] ?? 0));
  const room = views.map((view, i) => roomOf(view, open[i] ?? 0, rules));
  const groups = views.map(({ pool, alive }) => ({ total: pool.total, dead: pool.total - alive }));
  const all = { total: sum(groups.map((one) => one.total)), dead: sum(groups.map((one) => one.dead)) };
  const { scope: kind } = rules;
  const within = (wanted: number, i: number): number => {
    const floor = rules.aligned > 1 ? floorOf(rules.keeping, views[i]?.pool.total ?? 0, rules.collapse) : 0;
    return Math.min(allowedDrops(wanted, open[i] ?? 0, floor, rules.aligned), room[i] ?? 0);
  };
  if (kind === "global") {
    const nominal = askedDrops(amount, all);
    const chosen = takeTogether(nominal + sum(back), open, room, dice);
    if (rules.aligned <= 1) return { taken: chosen, nominal, chance: false };
    const taken = chosen.map((count, i) =>
      count === 0
        ? 0
        : allowedDrops(
            count,
            open[i] ?? 0,
            floorOf(rules.keeping, groups[i]?.total ?? 0, rules.collapse),
            rules.aligned,
          ),
    );
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
  const taken = each.map(({ asked, aligned }, i) =>
    aligned === null ? within(asked + (back[i] ?? 0), i) : Math.min(aligned + (back[i] ?? 0), room[i] ?? 0),
  );
  const again = sum(back) > 0 && rules.aligned > 1;
  const chance = kind === "sign" || (kind === "row" && (again || views.some((view) => !hasEvenRows(view))));
  return { taken, nominal: sum(each.map(({ asked }) => asked)), chance };
}

/** Whether every row has as many living weights as the others of its kernel. */
const hasEvenRows = ({ even, visible, pool, counts }: View): boolean =>
  even && visible === pool.total && (pool.kernels.length <= 1 || total(counts) === 0);

/** What a layer is asked for, and, where its parts keep to multiples by themselves, what they give. */
interface Asked {
  readonly asked: number;
  readonly aligned: number | null;
}

const whole = (asked: number): Asked => ({ asked, aligned: null });

/** Drops of one part of a layer. */
function part({ total: all, dead }: GroupCounts, amount: CountAmount, rules: Rules): Asked {
  const asked = askedDrops(amount, { total: all, dead });
  const floor = rules.aligned > 1 ? floorOf(rules.keeping, all, rules.collapse) : 0;
  return { asked, aligned: allowedDrops(asked, all - dead, floor, rules.aligned) };
}

/** Positive and negative weights are asked apart; about half of them are either. */
function bySign({ pool, alive }: View, amount: CountAmount, rules: Rules, dice: Dice): Asked {
  const gone = pool.total - alive;
  const positive = dice.marked(2 * alive, alive, alive);
  const parts = [positive, alive - positive].map((count) => {
    const dead = alive === 0 ? 0 : Math.round((gone * count) / alive);
    return part({ total: count + dead, dead }, amount, rules);
  });
  return { asked: sum(parts.map((one) => one.asked)), aligned: sum(parts.map((one) => one.aligned ?? 0)) };
}

/** Each output channel is asked for itself. */
function byRow(view: View, amount: CountAmount, rules: Rules, dice: Dice): Asked {
  const { pool, alive } = view;
  if (pool.kernels.length === 0)
    return whole(askedDrops(amount, { total: pool.total, dead: pool.total - alive }));
  const rows = pool.kernels.map((kernel) => {
    const { rows: count, size } = rowsOf(kernel);
    const row = (lost: number) => part({ total: size, dead: Math.min(size, lost) }, amount, rules);
    if (hasEvenRows(view)) {
      const { asked, aligned } = row(Math.round((size * total(view.counts)) / pool.total));
      return { asked: count * asked, aligned: count * (aligned ?? 0) };
    }
    const shown = Math.round(count * Math.min(1, view.visible / pool.total));
    const dead = 1 - alive / Math.max(1, pool.total);
    const asked = dice.overGroups(shown, size, dead, (lost) => row(lost).asked);
    const aligned =
      rules.aligned > 1 ? dice.overGroups(shown, size, dead, (lost) => row(lost).aligned ?? 0) : asked;
    return { asked, aligned };
  });
  return { asked: sum(rows.map((one) => one.asked)), aligned: sum(rows.map((one) => one.aligned)) };
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** One ranking over all: what a layer cannot give without falling under its floor, the others do. */
export function takeTogether(
  count: number,
  open: readonly number[],
  room: readonly number[],
  dice: Dice,
): readonly number[] {
  const taken = open.map(() => 0);
  const full = new Set<number>();
  let left = Math.min(count, sum(room));
  for (;;) {
    const shares = dice.among(
      open.map((n, i) => (full.has(i) ? 0 : n)),
      left,
    );
    const over = shares.flatMap((share, i) => (!full.has(i) && share > (room[i] ?? 0) ? [i] : []));
    if (over.length === 0) return taken.map((n, i) => n + (shares[i] ?? 0));
    for (const i of over) {
      full.add(i);
      taken[i] = room[i] ?? 0;
      left -= room[i] ?? 0;
    }
  }
}

/** What of each group inside kernels goes: exact while nothing died there, or where the rule holds already. */
export function takeInside(
  view: View,
  rule: InsideRule,
  again: number,
  dice: Dice,
): { readonly taken: number; readonly chance: boolean } {
  const { pool, visible, inside } = view;
  const open = view.alive + again;
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
  views: readonly View[],
  rules: Rules,
  dice: Dice,
  fits: (taken: readonly number[]) => boolean,
): { readonly taken: readonly number[]; readonly met: boolean } {
  const none = views.map(() => 0);
  if (fits(none)) return { taken: none, met: true };
  const together = rules.scope === "global";
  const steps = together ? sum(views.map((view) => view.alive + againOf(view, rules))) : shareSteps;
  const amount = (step: number): CountAmount =>
    together ? { kind: "count", value: step } : { kind: "drop", value: step / shareSteps };
  const { found, met } = smallestCut(
    steps,
    (step) => takeCounts(views, amount(step), rules, dice).taken,
    fits,
  );
  return { taken: found, met };
}
