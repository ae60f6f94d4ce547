import { patternOf } from "../../core/ir/structure.js";
import { regrowCounts } from "../../core/choose/regrow-plan.js";
import { keepsLimits, limitsOf } from "../../core/choose/budget.js";
import type { Moment } from "../../core/events/context.js";
import { prune as pruneEvent } from "../../core/events/prune.js";
import { regrow as regrowEvent } from "../../core/events/regrow.js";
import { restore as restoreEvent } from "../../core/events/restore.js";
import { carryOut, type ScoreRequest, type UnitScores } from "../../core/events/scoring.js";
import { spaceDomain } from "../../core/expr/domains.js";
import { combineMembers, normalizePerLayer } from "../../core/choose/combine.js";
import { evaluate } from "../../core/expr/evaluate.js";
import { evaluateEntries } from "../../core/expr/domain.js";
import { entryNode } from "../../core/expr/nodes.js";
import type { CriterionIr, PruneIr, RegrowIr, RestoreIr } from "../../core/ir/types.js";
import { measure, type Measure } from "../../core/masks/measure.js";
import { dead, frozen, latent, living, soft } from "../../core/masks/state.js";
import { collapse } from "../../core/network/collapse.js";
import { apportion, floorOf, shareOf, type CountAmount } from "../../core/schedule/amounts.js";
import type { InsideRule } from "../../core/units/inside-kernels.js";
import { againOf, takeBudget, takeCounts, takeInside, takeTogether } from "./counted.js";
import type { ElementCode, View } from "./elements.js";
import { readsWeightsAlone } from "./weights.js";
import { rowsOf, type AnyPool, type BranchPool, type ElementPool } from "./pools.js";
import type { Told, Trial } from "./trial.js";

/** A moment, and what the counters of loops around it count. */
export interface EventMoment extends Moment {
  readonly names: ReadonlyMap<string, number>;
}

/** What one event does in a draw. */
export interface Outcome {
  /** Units asked for. */
  readonly nominal: Told | null;
  /** Units that change sides. */
  readonly changed: Told | null;
  /** Dead of all pools afterwards, and of each. */
  readonly dead: Told;
  readonly pools: readonly Told[];
  /** Of a drop that is followed by its regrow at once: what is left between them. */
  readonly between?: Measure;
  /** Of a budget: what is left once it has taken what it takes; unset where its limits are met. */
  readonly short?: Measure;
}

/** One event of a statement: on which pools and layers, and when. */
export interface Event {
  readonly pools: readonly AnyPool[];
  readonly paths: readonly string[];
  readonly moment: EventMoment;
  /** The amount as a count; null where only a run can tell. */
  readonly amount: CountAmount | null;
}

const codes = { held: dead, softly: soft, latently: latent, frozen } as const;

/** A prune and what its paired regrow brings back; `back` null where it has none, or nothing trains afterwards. */
export function prune(
  trial: Trial,
  ir: PruneIr,
  event: Event,
): { readonly drop: Outcome; readonly back: Outcome | null } {
  const { pools, moment } = event;
  const before = pools.map((pool) => trial.deadOf(pool));
  const known = knownBefore(trial, ir, event, before);
  if (ir.collapse) trial.collapses = true;
  const acted = pools.some((pool) => pool.kind === "elements")
    ? pruneCounted(trial, ir, event)
    : pruneChannels(trial, ir, event, before);
  const after = pools.map((pool) => trial.deadOf(pool));
  const sure = surelyAfter(trial, ir, event, known, acted.nominal);
  const { regrow: _, ...alone } = ir;
  const between = ir.regrow === undefined ? sure : surelyAfter(trial, alone, event, known, acted.nominal);
  settle(trial, pools, sure, after);
  const dropped = acted.dropped ?? after;
  const nominal =
    acted.nominal === null
      ? null
      : { value: acted.nominal, sure: ir.amount.kind === "budget" ? sure.sum && known.sum : known.asked };
  const net = ir.regrow === undefined || !moment.trainingFollows;
  const drop: Outcome = {
    ...outcome(net ? after : dropped, net ? sure : between),
    nominal,
    changed: {
      value: Math.max(0, sum(net ? after : dropped) - sum(before)),
      sure: known.sum && !known.rising && (net ? sure : between).sum,
    },
    ...(acted.short && { short: acted.short }),
    ...(!net && acted.between && { between: acted.between }),
  };
  if (net) return { drop, back: null };
  const back: Outcome = {
    ...outcome(after, sure),
    nominal: { value: acted.askedBack ?? acted.revived, sure: known.sum && between.sum && sure.sum },
    changed: { value: acted.revived, sure: known.sum && between.sum && sure.sum },
  };
  return { drop, back };
}

interface Acted {
  readonly nominal: number | null;
  /** Dead of every pool before a paired regrow brought some back. */
  readonly dropped?: readonly number[];
  readonly revived: number;
  readonly askedBack?: number;
  readonly between?: Measure;
  readonly short?: Measure;
}

function pruneChannels(
  trial: Trial,
  ir: PruneIr,
  { pools, paths, moment, amount }: Event,
  before: readonly number[],
): Acted {
  const context = trial.context(paths);
  const drawn = amount === null && ir.amount.kind !== "budget" && !ranksWeights(trial, ir.criterion);
  const statement = drawn ? byShare(ir, trial.share()) : ir;
  let lost: readonly number[] | null = null;
  let between: Measure | undefined;
  let short: Measure | undefined;
  const record = carryOut(pruneEvent(context, statement, moment), (request) => {
    if (request.dropped !== undefined) {
      lost = perPool(pools, request, request.dropped);
      between = measure(trial.network, trial.state, request.space, request.dropped);
    }
    return scoresOf(trial, request, ir.regrow, ir.joins === "agree");
  });
  if (ir.amount.kind === "budget") {
    const limits = limitsOf(ir.amount.limits, trial, moment.names);
    const left = ir.manner === "frozen" ? measure(trial.network, trial.state) : trial.measured();
    if (!keepsLimits(left, limits)) short = left;
  }
  return {
    nominal: amount === null && ir.amount.kind !== "budget" ? null : record.nominal,
    ...(lost === null ? {} : { dropped: before.map((count, i) => count + (lost?.[i] ?? 0)) }),
    revived: record.revived,
    ...(between && { between }),
    ...(ir.regrow !== undefined && ir.regrow.amount === undefined && { askedBack: record.achieved }),
    ...(short && { short }),
  };
}

/** Whether a criterion reads weights that are in hand. */
const ranksWeights = ({ weights }: Trial, { needs }: CriterionIr): boolean =>
  weights !== null && readsWeightsAlone(needs);

/** A threshold of which nobody knows what scores lie under it: this share of what may go. */
function byShare(ir: PruneIr, share: number): PruneIr {
  return { ...ir, amount: { kind: "threshold", side: "below", value: share } };
}

/** Scores that are drawn; all alike where no number hangs on them. */
function scoresOf(
  trial: Trial,
  { space, criterion, combining = { members: "sum" } }: ScoreRequest,
  regrow?: RegrowIr,
  agree = false,
): UnitScores {
  trial.work += space.units + 200;
  const draw = (length: number) =>
    trial.draw === null ? new Float32Array(length) : trial.dice.scores(length);
  const allocated = regrow?.allocated;
  const domain = spaceDomain(space, {
    seed: 1,
    keys: [trial.draw ?? 0],
    gathered: (expr) => {
      if (allocated === undefined || expr !== allocated) return undefined;
      const weights = space.layers.map(() => trial.dice.uniform());
      const values = new Float64Array(space.entries);
      space.layers.forEach(({ start, end }, i) => values.fill(weights[i] ?? 0, start, end));
      return entryNode(values);
    },
  });
  if (ranksWeights(trial, criterion)) {
    const { normalized, members } = combining;
    const entries = evaluateEntries(criterion.expr, domain);
    if (normalized !== undefined) normalizePerLayer(space, entries, normalized);
    return { units: combineMembers(space, entries, members), entries, domain, notes: [] };
  }
  const units = draw(space.units);
  // Only branches that have to agree rank their members one by one.
  return { units, entries: agree ? draw(space.entries) : units, domain, notes: [] };
}

function perPool(pools: readonly AnyPool[], { space }: ScoreRequest, flags: Uint8Array): readonly number[] {
  const poolOf = new Map<number, number>();
  pools.forEach((pool, i) => {
    if (pool.kind === "channels") for (const { root } of pool.units) poolOf.set(root, i);
  });
  const counts = pools.map(() => 0);
  space.channelUnits?.forEach(({ root }, unit) => {
    const i = poolOf.get(root);
    if (flags[unit] === 1 && i !== undefined) counts[i] = (counts[i] ?? 0) + 1;
  });
  return counts;
}

const isElements = (pool: AnyPool): pool is ElementPool => pool.kind === "elements";
const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

function pruneCounted(trial: Trial, ir: PruneIr, { pools: all, moment, amount }: Event): Acted {
  const { elements, dice } = trial;
  const pools = all.filter(isElements);
  const views = pools.map((pool) => elements.view(pool));
  const again = views.map((view) => againOf(view, ir));
  const rule = insideRule(ir, amount);
  let short: Measure | undefined;
  let nominal: number | null = null;
  let taken: readonly number[];
  if (rule !== null && pools.every(({ kernels }) => kernels.length > 0)) {
    taken = views.map((view, i) => takeInside(view, rule, again[i] ?? 0, dice).taken);
    nominal = sum(taken) - sum(again);
  } else if (ir.amount.kind === "budget" && trial.world.network !== null) {
    const limits = limitsOf(ir.amount.limits, trial, moment.names);
    const fits = (counts: readonly number[]) => {
      const trialElements = elements.copyFor(trial.state);
      pools.forEach((pool, i) => trialElements.kill(pool, counts[i] ?? 0, dead));
      return keepsLimits(
        measure(trial.network, trial.state, undefined, undefined, trialElements.counter(trial.network)),
        limits,
      );
    };
    const cut = takeBudget(views, ir, dice, fits);
    taken = cut.taken;
    nominal = sum(taken);
  } else if (amount !== null && rule === null) {
    const count = takeCounts(views, amount, ir, dice);
    ({ taken, nominal } = count);
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
  views.forEach((view, i) => {
    const { pool, even } = view;
    const back = again[i] ?? 0;
    if (back > 0) elements.revive(pool, back, [soft, latent]);
    const gone = swap === null || moment.trainingFollows ? (taken[i] ?? 0) : (swap.killed[i] ?? 0);
    elements.kill(pool, gone, code, {
      // Where a floor holds some back, it is not known of which rows.
      ...(evenly &&
        even &&
        view.alive + back - gone > floorOf(ir.keeping, pool.total, ir.collapse) && { even: true }),
      ...(rule !== null && { inside: rule }),
    });
  });
  const dropped = swap === null ? undefined : all.map((pool) => trial.deadOf(pool));
  if (swap !== null && moment.trainingFollows)
    views.forEach(({ pool }, i) =>
      elements.revive(
        pool,
        swap.revived[i] ?? 0,
        ir.regrow?.includingDropped === true ? [dead, frozen, code] : [dead, frozen],
      ),
    );
  if (ir.amount.kind === "budget" && trial.world.network !== null) {
    const limits = limitsOf(ir.amount.limits, trial, moment.names);
    const left = ir.manner === "frozen" ? measure(trial.network, trial.state) : trial.measured();
    if (!keepsLimits(left, limits)) short = left;
  }
  return {
    nominal,
    ...(dropped && { dropped }),
    revived: swap === null ? 0 : sum(swap.revived),
    ...(swap && { askedBack: swap.asked }),
    ...(short && { short }),
  };
}

/** What a statement keeps inside kernels, group by group; null where it counts by layers or over all. */
export function insideRule(
  { amount, structure }: Pick<PruneIr, "amount" | "structure">,
  known: CountAmount | null,
): InsideRule | null {
  const pattern = patternOf(structure);
  if (pattern !== null) return { keep: pattern.n, of: pattern.m };
  if (amount.kind !== "keep-count" || known === null) return null;
  const each = structure === "taps" || (amount.each && structure === "weights");
  return each ? { keep: Math.max(0, Math.round(known.value)), of: "kernel" } : null;
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
  const asked = regrow.amount === undefined ? sum(taken) : sum(revived);
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

/** Brings back units that are dead. */
export function regrow(trial: Trial, ir: RegrowIr, { pools, paths, moment }: Event): Outcome {
  const knownSum = trial.ledger.isSumSure(pools) && pools.every((pool) => trial.isPlain(pool));
  const each = pools.every((pool) => trial.ledger.isSure(pool)) && knownSum;
  const before = sum(pools.map((pool) => trial.deadOf(pool)));
  const mixed = pools.some((pool) => trial.isFrozen(pool)) || trial.elements.has(frozen);
  if (pools.every(isElements) && pools.length > 0) {
    const views = pools.filter(isElements).map((pool) => trial.elements.view(pool));
    const limits = views.map(({ counts }) => counts[dead] + counts[frozen]);
    const groups = views.map(({ pool, alive }) => ({ total: pool.total, dead: pool.total - alive }));
    const weights = views.map(() =>
      ir.allocated === "evenly" || ir.allocated === undefined ? 1 : trial.dice.uniform(),
    );
    const none = views.map(() => 0);
    const counts = sum(limits) === 0 ? none : regrowCounts(ir, groups, none, limits, weights, moment, false);
    views.forEach(({ pool }, i) => trial.elements.revive(pool, counts[i] ?? 0, [dead, frozen]));
    trial.blank = true;
  } else {
    const codesBefore = trial.state.channels.slice();
    carryOut(regrowEvent(trial.context(paths), ir, moment), (request) => scoresOf(trial, request, ir));
    notice(trial, codesBefore, ir.values);
  }
  const after = pools.map((pool) => trial.deadOf(pool));
  const evenly = ir.allocated === undefined || ir.allocated === "evenly";
  const sure = { sum: knownSum, each: pools.map(() => each && evenly), fixed: !mixed };
  settle(trial, pools, sure, after);
  const changed = { value: before - sum(after), sure: knownSum };
  const nominal = ir.amount === undefined ? null : changed;
  return { ...outcome(after, sure), nominal, changed };
}

/** Units that came back as zeros, or might hold some. */
function notice(trial: Trial, before: Uint8Array, values: RegrowIr["values"]): void {
  trial.original.units.forEach(({ root }) => {
    if (before[root] === living || trial.state.channels[root] !== living) return;
    if (values === "zero") trial.fresh.add(root);
    trial.blank ||= values === "zero" || values === "last";
  });
}

/** Revives what died latently and scores above a threshold: nobody knows how much that is. */
export function restore(trial: Trial, ir: RestoreIr, { pools, paths, moment }: Event): Outcome {
  const before = sum(pools.map((pool) => trial.deadOf(pool)));
  const none = pools.every((pool) => trial.ledger.isSure(pool)) && !hasLatent(trial, pools);
  if (pools.every(isElements)) {
    for (const pool of pools.filter(isElements)) {
      const { counts } = trial.elements.view(pool);
      trial.elements.revive(pool, Math.round(trial.share() * counts[latent]), [latent]);
    }
  } else
    carryOut(restoreEvent(trial.context(paths), { ...ir, above: 1 - trial.share() }, moment), (request) =>
      scoresOf(trial, request),
    );
  const after = pools.map((pool) => trial.deadOf(pool));
  const sure = { sum: none, each: pools.map(() => none), fixed: none };
  settle(trial, pools, sure, after);
  return { ...outcome(after, sure), nominal: null, changed: { value: before - sum(after), sure: none } };
}

const hasLatent = (trial: Trial, pools: readonly AnyPool[]): boolean =>
  pools.some((pool) =>
    pool.kind === "channels"
      ? pool.units.some(({ root }) => trial.state.channels[root] === latent)
      : pool.kind === "elements" && trial.elements.view(pool).counts[latent] > 0,
  );

interface Sure {
  readonly sum: boolean;
  readonly each: readonly boolean[];
  /** Which units are dead makes no difference, where all stand alike. */
  readonly fixed: boolean;
}

function outcome(counts: readonly number[], sure: Sure): Pick<Outcome, "dead" | "pools"> {
  return {
    dead: { value: sum(counts), sure: sure.sum },
    pools: counts.map((value, i) => ({ value, sure: sure.each[i] === true })),
  };
}

function settle(trial: Trial, pools: readonly AnyPool[], sure: Sure, dead: readonly number[]): void {
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
interface Known {
  readonly each: readonly boolean[];
  readonly sum: boolean;
  readonly asked: boolean;
  /** Whether it is so only once its own target is reached. */
  readonly rising: boolean;
  readonly inside: boolean;
  /** Units alive, and what floors hold back at most. */
  readonly alive: number;
}

function knownBefore(
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
  const lands = amount?.kind === "target" && highest !== null && amount.value >= highest;
  const rises = pools.map((pool) => lands && ledger.isRising(pool, ir.id));
  const each = pools.map(
    (pool, i) => (ledger.isSure(pool) || rises[i] === true) && plain[i] === true && clear,
  );
  const known = (ledger.isSumSure(pools) || each.every(Boolean)) && plain.every(Boolean) && clear;
  const together = ir.scope === "global" || branches;
  const even =
    ir.scope !== "row" ||
    pools.every((pool) => {
      if (!isElements(pool)) return true;
      const { visible, even } = trial.elements.view(pool);
      return (
        even &&
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
    alive: sum(pools.map((pool) => pool.total)) - sum(dead),
  };
}

/** The target of which a rule asks in the end of each layer, where it never asks for more; null where something else decides. */
export function highestTarget(ir: PruneIr, names: EventMoment["names"]): number | null {
  const { amount, manner, joins, aligned, regrow } = ir;
  if (amount.kind !== "target" || ir.scope !== "local" || regrow !== undefined) return null;
  if (manner !== "held" || joins === "agree" || aligned > 1) return null;
  const { value } = amount;
  if (typeof value !== "object" || !("moving" in value)) return evaluate(value, names) ?? null;
  const { from, to, curve } = value.moving;
  const [start, end] = [evaluate(from, names), evaluate(to, names)];
  // A declared curve may lead beyond its ends.
  return typeof curve === "string" && start !== undefined && end !== undefined && start <= end ? end : null;
}

function surelyAfter(
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
  const fixed =
    regrow === undefined || !(pools.some((pool) => trial.isFrozen(pool)) || ir.manner === "frozen");
  // Every layer regains as many as it lost.
  if (regrow?.includingDropped === true && regrow.amount === undefined && regrow.allocated === undefined)
    return { sum: known.sum, each: known.each, fixed };
  const rule = insideRule(ir, amount);
  if (rule !== null) {
    const sure = known.inside && all;
    return { sum: sure, each: known.each.map((one) => one && known.inside && evenly), fixed };
  }
  if (ir.joins === "agree") return nobody;
  if (ir.amount.kind === "budget") {
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
    regrow?.amount !== undefined ||
    regrow?.allocated !== undefined
  )
    return { sum: all, each: pools.map(() => all && evenly), fixed };
  return { sum: all, each: known.each, fixed };
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
