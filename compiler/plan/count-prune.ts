import { hasAmount } from "../../core/ir/amounts.js";
import { keepsLimits, limitsOf } from "../../core/choose/budget.js";
import { netDrops, regrowCounts } from "../../core/choose/regrow-plan.js";
import type { EventMoment } from "./outcome.js";
import type { PruneIr, RegrowIr } from "../../core/ir/types.js";
import type { Measure } from "../../core/ir/sizes.js";
import { measure } from "../../core/masks/measure.js";
import { dead, frozen, latent, soft } from "../../core/masks/state.js";
import { shareOf } from "../../core/schedule/amounts.js";
import {
  countsOf,
  insideRule,
  rankedOf,
  takeBudget,
  takeCounts,
  takeInside,
  takeTogether,
} from "./counted.js";
import type { ElementCode, View } from "./elements.js";
import { codes, isElements, sum, type Acted, type Event } from "./outcome.js";
import { keepsSharedTap } from "./shifts.js";
import type { Trial } from "./trial.js";

/** An event of a prune on elements, by numbers alone. */
export function pruneCounted(trial: Trial, ir: PruneIr, { pools: all, moment, amount }: Event): Acted {
  const { elements, dice } = trial;
  const pools = all.filter(isElements);
  const views = pools.map((pool) => rankedOf(elements.view(pool), ir));
  const rule = insideRule(ir, amount);
  let nominal: number | null = null;
  let taken: readonly number[];
  let chance = true;
  if (rule !== null && pools.every(({ kernels }) => kernels.length > 0)) {
    const inside = views.map((view) => takeInside(view, rule, dice));
    taken = inside.map((one) => one.taken);
    chance = inside.some((one) => one.chance);
    nominal = sum(taken) - sum(views.map(({ again }) => again));
  } else if (ir.budget !== undefined && trial.world.network !== null) {
    const limits = limitsOf(ir.budget, trial, moment);
    const fits = (counts: readonly number[]) => {
      const trialElements = elements.copyFor(trial.state);
      pools.forEach((pool, i) => trialElements.kill(pool, counts[i] ?? 0, dead));
      return keepsLimits(
        measure(trial.network, trial.state, {
          times: trial.times,
          counted: trialElements.counter(trial.network),
        }),
        limits,
      );
    };
    taken = takeBudget(views, ir, dice, fits);
    nominal = sum(taken);
  } else if (amount !== null && rule === null) {
    ({ taken, nominal, chance } = takeCounts(views, amount, ir, dice));
  } else if (rule !== null && rule.of !== "kernel") {
    const share = 1 - rule.keep / rule.of;
    taken = views.map(({ pool, alive }) => Math.max(0, shareOf(share, pool.total) - (pool.total - alive)));
    nominal = sum(taken);
  } else {
    taken = takeTogether(Math.round(trial.share() * sum(views.map(({ open }) => open))), views, dice);
  }
  const swap = ir.regrow === undefined ? null : swapCounts(trial, ir, ir.regrow, views, taken, moment);
  const code: ElementCode = codes[ir.manner];
  const evenly = ir.scope === "row" && amount !== null && swap === null;
  const brings = swap !== null && moment.trainingFollows;
  const dropped = swap && all.map((pool) => trial.deadOf(pool));
  views.forEach((view, i) => {
    const { pool, even, counts, again: back, floor } = view;
    if (counts[soft] > 0 || swap !== null) trial.blank = true;
    if (back > 0) elements.revive(pool, back, [soft, latent]);
    const lost = swap === null || brings ? (taken[i] ?? 0) : (swap.killed[i] ?? 0);
    const revived = brings ? (swap.revived[i] ?? 0) : 0;
    // What is dropped and comes back at once keeps the dead elements it has.
    const stayed =
      ir.regrow?.includingDropped === true
        ? dice.among([lost, counts[dead] + counts[frozen]], revived)[0]
        : 0;
    if (dropped !== null) dropped[i] = (dropped[i] ?? 0) - back + lost;
    const gone = lost - (stayed ?? 0);
    elements.kill(pool, gone, code, {
      // Where a floor holds some back, it is not known of which rows.
      ...(evenly && even && view.open - gone > floor && { even: true }),
      ...(rule !== null && { inside: rule }),
      oneTap:
        rule?.of === "kernel" &&
        swap === null &&
        view.alive + back === view.visible &&
        keepsSharedTap(trial, ir, rule.keep, pool.layers[0] ?? ""),
    });
    elements.revive(pool, revived - (stayed ?? 0), [dead, frozen]);
  });
  const short = shortOf(trial, ir, moment);
  return {
    nominal,
    chance,
    ...(dropped && { dropped }),
    revived: swap === null ? 0 : sum(swap.revived),
    ...(swap && { askedBack: swap.asked }),
    ...(short && { short }),
  };
}

/** What a paired regrow makes of a drop, as `swap` of the engine does. */
function swapCounts(
  trial: Trial,
  ir: PruneIr,
  regrow: RegrowIr,
  views: readonly View[],
  taken: readonly number[],
  moment: EventMoment,
) {
  const together = ir.scope === "global";
  const revived = regrownOf(trial, regrow, views, taken, moment, together);
  const asked = hasAmount(regrow) ? sum(revived) : sum(taken);
  const left = Math.max(0, sum(taken) - sum(revived));
  if (together) return { revived, asked, killed: trial.dice.among(taken, left) };
  return { revived, asked, killed: netDrops(taken, revived, left) };
}

/** How many of every pool come back, where the same event took `dropped` of each. */
export function regrownOf(
  { dice }: Trial,
  regrow: RegrowIr,
  views: readonly View[],
  dropped: readonly number[],
  moment: EventMoment,
  together: boolean,
): readonly number[] {
  const evenly = regrow.allocated === "evenly" || regrow.allocated === undefined;
  const weights = views.map(() => (evenly ? 1 : dice.uniform()));
  const limits = views.map(
    ({ counts }, i) => counts[dead] + counts[frozen] + (regrow.includingDropped ? (dropped[i] ?? 0) : 0),
  );
  if (sum(limits) === 0) return views.map(() => 0);
  return regrowCounts(regrow, views.map(countsOf), dropped, limits, weights, moment, together);
}

/** What is left after a prune whose budget is not kept. */
export function shortOf(trial: Trial, ir: PruneIr, moment: EventMoment): Measure | undefined {
  if (ir.budget === undefined || trial.world.network === null) return undefined;
  const { network, state, times } = trial;
  const left = ir.manner === "frozen" ? measure(network, state, { times }) : trial.measured();
  return keepsLimits(left, limitsOf(ir.budget, trial, moment)) ? undefined : left;
}
