import { hasAmount } from "../../core/ir/amounts.js";
import { keepsLimits, limitsOf } from "../../core/choose/budget.js";
import { regrowCounts } from "../../core/choose/regrow-plan.js";
import type { EventMoment } from "./outcome.js";
import type { PruneIr, RegrowIr } from "../../core/ir/types.js";
import type { Measure } from "../../core/ir/sizes.js";
import { measure } from "../../core/masks/measure.js";
import { dead, frozen, latent, soft } from "../../core/masks/state.js";
import { apportion, floorOf, shareOf } from "../../core/schedule/amounts.js";
import { againOf, insideRule, takeBudget, takeCounts, takeInside, takeTogether } from "./counted.js";
import type { ElementCode, View } from "./elements.js";
import { codes, isElements, sum, type Acted, type Event } from "./outcome.js";
import { keepsSharedTap } from "./shifts.js";
import type { Trial } from "./trial.js";

/** An event of a prune on elements, by numbers alone. */
export function pruneCounted(trial: Trial, ir: PruneIr, { pools: all, moment, amount }: Event): Acted {
  const { elements, dice } = trial;
  const pools = all.filter(isElements);
  const views = pools.map((pool) => elements.view(pool));
  const again = views.map((view) => againOf(view, ir));
  const rule = insideRule(ir, amount);
  let short: Measure | undefined;
  let nominal: number | null = null;
  let taken: readonly number[];
  let chance = true;
  if (rule !== null && pools.every(({ kernels }) => kernels.length > 0)) {
    const inside = views.map((view, i) => takeInside(view, rule, again[i] ?? 0, dice));
    taken = inside.map((one) => one.taken);
    chance = inside.some((one) => one.chance);
    nominal = sum(taken) - sum(again);
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
    const cut = takeBudget(views, ir, dice, fits);
    taken = cut.taken;
    nominal = sum(taken);
  } else if (amount !== null && rule === null) {
    ({ taken, nominal, chance } = takeCounts(views, amount, ir, dice));
  } else if (rule !== null && rule.of !== "kernel") {
    const share = 1 - rule.keep / rule.of;
    taken = views.map(({ pool, alive }) => Math.max(0, shareOf(share, pool.total) - (pool.total - alive)));
    nominal = sum(taken);
  } else {
    const open = views.map((view, i) => view.alive + (again[i] ?? 0));
    const room = views.map(({ pool }, i) =>
      Math.max(0, (open[i] ?? 0) - floorOf(ir.keeping, pool.total, ir.collapse)),
    );
    taken = takeTogether(Math.round(trial.share() * sum(open)), open, room, dice);
  }
  const swap = ir.regrow === undefined ? null : swapCounts(trial, ir, ir.regrow, views, taken, moment);
  const code: ElementCode = codes[ir.manner];
  const evenly = ir.scope === "row" && amount !== null && swap === null;
  const brings = swap !== null && moment.trainingFollows;
  const dropped = swap && all.map((pool) => trial.deadOf(pool));
  views.forEach((view, i) => {
    const { pool, even, counts } = view;
    const back = again[i] ?? 0;
    if (view.counts[soft] > 0 || swap !== null) trial.blank = true;
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
      ...(evenly &&
        even &&
        view.alive + back - gone > floorOf(ir.keeping, pool.total, ir.collapse) && { even: true }),
      ...(rule !== null && { inside: rule }),
      oneTap:
        rule?.of === "kernel" &&
        swap === null &&
        view.alive + back === view.visible &&
        keepsSharedTap(trial, ir, rule.keep, pool.layers[0] ?? ""),
    });
    elements.revive(pool, revived - (stayed ?? 0), [dead, frozen]);
  });
  if (ir.budget !== undefined && trial.world.network !== null) {
    const limits = limitsOf(ir.budget, trial, moment);
    const left =
      ir.manner === "frozen" ? measure(trial.network, trial.state, { times: trial.times }) : trial.measured();
    if (!keepsLimits(left, limits)) short = left;
  }
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
  const limits = views.map(
    ({ counts }, i) => counts[dead] + counts[frozen] + (regrow.includingDropped ? (taken[i] ?? 0) : 0),
  );
  const groups = views.map(({ pool, alive }) => ({ total: pool.total, dead: pool.total - alive }));
  const weights = views.map(() =>
    regrow.allocated === "evenly" || regrow.allocated === undefined ? 1 : trial.dice.uniform(),
  );
  const revived =
    sum(limits) === 0
      ? views.map(() => 0)
      : regrowCounts(regrow, groups, taken, limits, weights, moment, together);
  const asked = hasAmount(regrow) ? sum(revived) : sum(taken);
  const left = Math.max(0, sum(taken) - sum(revived));
  if (together) return { revived, asked, killed: trial.dice.among(taken, left) };
  const nets = taken.map((n, i) => Math.max(0, n - (revived[i] ?? 0)));
  const most = sum(nets);
  const killed = apportion(
    left,
    nets.map((net) => (most > 0 ? (net * left) / most : 0)),
    taken,
  );
  return { revived, asked, killed };
}
