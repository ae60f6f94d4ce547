import { hasAmount, withAmount } from "../../core/ir/amounts.js";
import { combineMembers, normalizePerLayer } from "../../core/choose/combine.js";
import { prune as pruneEvent } from "../../core/events/prune.js";
import { regrow as regrowEvent } from "../../core/events/regrow.js";
import { restore as restoreEvent } from "../../core/events/restore.js";
import { carryOut, type ScoreRequest, type UnitScores } from "../../core/events/scoring.js";
import { evaluateEntries } from "../../core/expr/domain.js";
import { spaceDomain } from "../../core/expr/domains.js";
import { entryNode } from "../../core/expr/nodes.js";
import type { CriterionIr, PruneIr, RegrowIr, RestoreIr } from "../../core/ir/types.js";
import type { Measure } from "../../core/ir/sizes.js";
import { measure } from "../../core/masks/measure.js";
import { dead, frozen, latent, living, soft } from "../../core/masks/state.js";
import { pruneCounted, regrownOf, shortOf } from "./count-prune.js";
import { isElements, sum, type Acted, type Event, type Outcome } from "./outcome.js";
import type { AnyPool } from "./pools.js";
import { isAskedSurely, knownBefore, settle, surelyAfter, type Sure } from "./sure.js";
import type { Trial } from "./trial.js";
import { readsWeightsAlone } from "./weights.js";

/** A prune and what its paired regrow brings back; `back` null where it has none, or nothing trains afterwards. */
export function prune(
  trial: Trial,
  ir: PruneIr,
  event: Event,
): { readonly drop: Outcome; readonly back: Outcome | null } {
  const { pools, moment } = event;
  const before = pools.map((pool) => trial.deadOf(pool));
  const known = knownBefore(trial, pools, before);
  if (ir.collapse) trial.collapses = true;
  trial.ledger.join(pools, ir.id);
  const acted = pools.some((pool) => pool.kind === "elements")
    ? pruneCounted(trial, ir, event)
    : pruneChannels(trial, ir, event, before);
  const after = pools.map((pool) => trial.deadOf(pool));
  const sure = surelyAfter(ir, event, known, acted);
  const { regrow: _, ...alone } = ir;
  const between = ir.regrow === undefined ? sure : surelyAfter(alone, event, known, acted);
  settle(trial, pools, sure, after);
  const dropped = acted.dropped ?? after;
  const nominal =
    acted.nominal === null ? null : { value: acted.nominal, sure: isAskedSurely(ir, known, acted) };
  const net = ir.regrow === undefined || !moment.trainingFollows;
  const drop: Outcome = {
    ...outcome(net ? after : dropped, net ? sure : between),
    nominal,
    changed: {
      value: Math.max(0, sum(net ? after : dropped) - sum(before)),
      sure: known.sum && (net ? sure : between).sum,
    },
    ...(acted.short && { short: acted.short }),
    ...(acted.stuck && { stuck: acted.stuck }),
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

function pruneChannels(
  trial: Trial,
  ir: PruneIr,
  { pools, paths, moment, amount }: Event,
  before: readonly number[],
): Acted {
  const context = trial.context(paths);
  const drawn = amount === null && ir.budget === undefined && !ranksWeights(trial, ir.by);
  const statement = drawn ? byShare(ir, trial.share()) : ir;
  const brings = ir.regrow !== undefined || ir.manner === "softly";
  const codesBefore = brings ? trial.state.channels.slice() : trial.state.channels;
  let lost: readonly number[] | null = null;
  let between: Measure | undefined;
  const record = carryOut(pruneEvent(context, statement, moment), (request) => {
    if (request.dropped !== undefined) {
      lost = perPool(pools, request, request.dropped);
      between = measure(trial.network, trial.state, {
        times: trial.times,
        space: request.space,
        chosen: request.dropped,
        counted: trial.elements.counter(trial.network),
      });
    }
    return scoresOf(trial, request, ir.regrow, ir.joins === "agree");
  });
  if (ir.regrow !== undefined) notice(trial, codesBefore, ir.regrow.values);
  // What had died softly and is not taken again lives as it is.
  if (ir.manner === "softly" && codesBefore.includes(soft)) trial.blank = true;
  const short = shortOf(trial, ir, moment);
  return {
    nominal: amount === null && ir.budget === undefined ? null : record.nominal,
    // Where a branch went, it may find units that were tied to other layers.
    chance:
      record.total !== sum(pools.map(({ total }) => total)) ||
      ir.joins === "agree" ||
      (amount === null && !isPlainBudget(trial, ir, pools)),
    ...(lost === null ? {} : { dropped: before.map((count, i) => count + (lost?.[i] ?? 0)) }),
    revived: record.revived,
    ...(between && { between }),
    ...(ir.regrow !== undefined && !hasAmount(ir.regrow) && { askedBack: record.achieved }),
    ...(short && { short }),
    ...(record.stuck && { stuck: record.stuck }),
  };
}

/** Whether a budget takes as many of every layer whichever units they are. */
const isPlainBudget = (
  { ledger, elements }: Trial,
  { budget, scope, manner, regrow: paired }: PruneIr,
  pools: readonly AnyPool[],
): boolean =>
  budget !== undefined &&
  scope === "local" &&
  manner === "held" &&
  paired === undefined &&
  pools.every((pool) => pool.kind === "channels" && pool.alike) &&
  ledger.areFixed("channels") &&
  elements.gone().next().done === true;

/** Whether a criterion reads weights that are in hand. */
const ranksWeights = ({ weights }: Trial, { expr }: CriterionIr): boolean =>
  weights !== null && readsWeightsAlone(expr);

/** A threshold of which nobody knows what scores lie under it: this share of what may go. */
function byShare(ir: PruneIr, share: number): PruneIr {
  return withAmount(ir, { below: share });
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
  trial.guessed = true;
  const units = draw(space.units);
  // Only branches that have to agree rank their members one by one.
  const entries = agree ? draw(space.entries) : units;
  return { units, entries, domain, notes: [] };
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

/** What stands as it is: how much of each pool is dead. */
export function standing(trial: Trial, pools: readonly AnyPool[]): Outcome {
  const counts = pools.map((pool) => trial.deadOf(pool));
  const known = knownBefore(trial, pools, counts);
  // What is in channels that are not dead for good is counted as living.
  const plain = ![latent, soft, frozen].some((code) => trial.state.channels.includes(code));
  const sure = {
    sum: plain && known.sum,
    each: known.each.map((one) => plain && one),
    fixed: known.fixed,
  };
  return { ...outcome(counts, sure), nominal: null, changed: null };
}

/** Brings back units that are dead. */
export function regrow(trial: Trial, ir: RegrowIr, { pools, paths, moment }: Event): Outcome {
  const deadBefore = pools.map((pool) => trial.deadOf(pool));
  const known = knownBefore(trial, pools, deadBefore);
  const before = sum(deadBefore);
  const mixed = known.frozen || trial.elements.has(frozen);
  if (pools.every(isElements) && pools.length > 0) {
    const views = pools.filter(isElements).map((pool) => trial.elements.view(pool));
    const none = views.map(() => 0);
    const counts = regrownOf(trial, ir, views, none, moment, false);
    views.forEach(({ pool }, i) => trial.elements.revive(pool, counts[i] ?? 0, [dead, frozen]));
    trial.blank = true;
  } else {
    const codesBefore = trial.state.channels.slice();
    carryOut(regrowEvent(trial.context(paths), ir, moment), (request) => scoresOf(trial, request, ir));
    notice(trial, codesBefore, ir.values);
  }
  const after = pools.map((pool) => trial.deadOf(pool));
  const evenly = ir.allocated === undefined || ir.allocated === "evenly";
  const sure = {
    sum: known.sum,
    each: pools.map(() => known.each.every(Boolean) && evenly),
    fixed: !mixed,
  };
  settle(trial, pools, sure, after);
  const changed = { value: before - sum(after), sure: known.sum };
  const nominal = hasAmount(ir) ? changed : null;
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

function outcome(counts: readonly number[], sure: Sure): Pick<Outcome, "dead" | "pools"> {
  return {
    dead: { value: sum(counts), sure: sure.sum },
    pools: counts.map((value, i) => ({ value, sure: sure.each[i] === true })),
  };
}
