import { thresholdOf, type Threshold, countingOf } from "../ir/amounts.js";
import { patternOf, sizedStructure } from "../ir/structure.js";
import { askedDrops, type CountAmount } from "../schedule/amounts.js";
import { type InsideRule, chooseInsideKernels } from "../units/kernel-groups.js";
import type { PruneIr, AmountIr } from "../ir/types.js";
import { askedOf, count, selectUnits, type Selected } from "./allocate.js";
import { limitsOf, selectBudget } from "./budget.js";
import type { Moment, PruningContext } from "../events/context.js";
import type { Domain } from "../expr/domain.js";
import { layerValues } from "../expr/per-layer.js";
import { floorsOf, selectAboveFloors } from "./floors.js";
import { groupsOf } from "../units/groups.js";
import type { Scores } from "../units/keys.js";
import { chooseBranches } from "../units/layer-space.js";
import { ranked, type Ranking } from "./select.js";
import type { Space } from "../units/space.js";
import { living } from "../masks/state.js";
import { beyondThreshold } from "./threshold.js";

export interface Scored {
  readonly units: Scores;
  /** Of the entries; the same array where every entry is a unit. */
  readonly entries: Scores;
  readonly domain: Domain;
}

/** What an event of a `prune` statement chooses from. */
export interface PruneEvent {
  readonly context: PruningContext;
  readonly ir: PruneIr;
  readonly space: Space;
  readonly scored: Scored;
  /** Units (1) that may go. */
  readonly open: Uint8Array;
  readonly moment: Moment;
}

/** The units that an event of a `prune` statement takes, whatever its amount. */
export function chooseUnits(event: PruneEvent): Selected & { readonly notes?: readonly string[] } {
  const { context, ir, space, scored, open, moment } = event;
  const { budget, structure } = ir;
  const ranking = { space, scores: scored.units, open };
  const pattern = patternOf(structure);
  if (pattern !== null) return insideKernels(ranking, { keep: pattern.n, of: pattern.m });
  const threshold = thresholdOf(ir);
  if (threshold !== null) return byThreshold(event, threshold);
  if (budget !== undefined) return selectBudget(context, ranking, limitsOf(budget, context, moment), ir);
  const counted = countAmount(ir, moment);
  if (structure === "layers" && counted !== undefined) {
    const [all] = groupsOf(space, "global");
    const asked = all ? askedDrops(counted, all) : 0;
    const branches = chooseBranches(space, ranked(scored.units, open), asked);
    return { chosen: branches, nominal: asked, achieved: count(branches) };
  }
  if (counted === undefined) throw new Error(`${sizedStructure(structure)} take an amount`);
  if (isKeptInside(ir))
    return insideKernels(ranking, { keep: Math.max(0, Math.round(counted.value)), of: "kernel" });
  if (ir.joins !== "agree" || space.entryUnit === null) return selectUnits(ranking, counted, ir);
  const entries = Uint8Array.from(space.entryUnit, (unit) => open[unit] ?? 0);
  const alone = { space: branches(space), scores: scored.entries, open: entries };
  const agreed = selectUnits(alone, counted, ir);
  const all = open.slice();
  space.entryUnit.forEach((unit, entry) => {
    if (agreed.chosen[entry] !== 1) all[unit] = 0;
  });
  // Branches that read channels agree by themselves, and the floors are of the layers that make them.
  const chosen = new Uint8Array(space.units);
  const floors = floorsOf(space, ir.keeping, ir.collapse, open);
  selectAboveFloors({ ...ranking, open: all }, count(all), floors, chosen);
  const groups = groupsOf(space, ir.scope);
  const nominal = askedOf(groups, space, counted, ir).reduce((a, b) => a + b, 0);
  return { chosen, nominal, achieved: count(chosen) };
}

/** Whether a statement leaves so many units of each kernel. */
export const isKeptInside = ({ keep, keepEach, structure }: Inside): boolean =>
  structure === "taps"
    ? keep !== undefined || keepEach !== undefined
    : keepEach !== undefined && structure === "weights";
type Inside = Pick<PruneIr, "keep" | "keepEach" | "structure">;

/** The entries of a space as units of their own: what every branch would do alone. */
function branches(space: Space): Space {
  const status = Uint8Array.from(space.entryUnit ?? [], (unit) => space.status[unit] ?? living);
  const total = space.layers.reduce((sum, layer) => sum + layer.total, 0);
  return {
    ...space,
    kind: "elements",
    elementary: false,
    channelUnits: null,
    units: space.entries,
    entryUnit: null,
    status,
    total,
  };
}

function insideKernels(ranking: Ranking, rule: InsideRule): Selected {
  const { space, open } = ranking;
  const chosen = new Uint8Array(space.units);
  const taken = chooseInsideKernels(ranking, rule, chosen);
  // What died latently ranks along: it is taken again, or lives again for one that is taken.
  const again = count(open.map((flag, unit) => (flag === 1 && space.status[unit] !== living ? 1 : 0)));
  return { chosen, nominal: taken - again, achieved: taken - again };
}

function byThreshold({ ir, space, scored, open }: PruneEvent, { side, value }: Threshold): Selected {
  const { units, domain } = scored;
  const beyond = beyondThreshold(space, units, open, side, value, domain);
  const nominal = count(beyond);
  const scores = side === "below" ? units : units.map((score) => -score);
  const chosen = new Uint8Array(space.units);
  const floors = floorsOf(space, ir.keeping, ir.collapse, open);
  const achieved = selectAboveFloors({ space, scores, open: beyond }, nominal, floors, chosen);
  return { chosen, nominal, achieved };
}

/** The amounts that are counts, with their values at this moment; undefined for thresholds, budgets and patterns. */
export function countAmount(amount: AmountIr, moment: Pick<Moment, "value">): CountAmount | undefined {
  const counting = countingOf(amount);
  if (counting === null) return undefined;
  const { kind, value } = counting;
  const layers = layerValues(value);
  if (layers !== null) return { kind, value: layers.usual, layers: layers.named };
  return { kind, value: moment.value(value, kind === "to" ? "share-dead" : "value") };
}
