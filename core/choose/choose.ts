import { thresholdOf, type Threshold, countingOf } from "../ir/amounts.js";
import { patternOf, sizedStructure } from "../ir/structure.js";
import { askedDrops, type CountAmount } from "../schedule/amounts.js";
import { type InsideRule, chooseInsideKernels } from "../units/kernel-groups.js";
import type { PruneIr, AmountIr } from "../ir/types.js";
import { askedOf, count, selectUnits, type Selected } from "./allocate.js";
import { limitsOf, selectBudget } from "./budget.js";
import type { Moment, PruningContext } from "../events/context.js";
import type { Domain } from "../expr/domain.js";
import { floorsOf, selectAboveFloors } from "./floors.js";
import { groupsOf } from "../units/groups.js";
import type { Scores } from "../units/keys.js";
import { chooseBranches } from "../units/layer-space.js";
import { ranked } from "./select.js";
import type { Space } from "../units/space.js";
import { living } from "../masks/state.js";
import { beyondThreshold } from "./threshold.js";

export interface Scored {
  readonly units: Scores;
  /** Of the entries; the same array where every entry is a unit. */
  readonly entries: Scores;
  readonly domain: Domain;
}

/** The units that an event of a `prune` statement takes, whatever its amount. `open` (1) are those that may go. */
export function chooseUnits(
  context: PruningContext,
  ir: PruneIr,
  space: Space,
  scores: Scored,
  open: Uint8Array,
  moment: Moment,
): Selected & { readonly notes?: readonly string[] } {
  const { budget, structure } = ir;
  const pattern = patternOf(structure);
  if (pattern !== null) return insideKernels(space, scores.units, open, { keep: pattern.n, of: pattern.m });
  const threshold = thresholdOf(ir);
  if (threshold !== null) return byThreshold(ir, space, scores, open, threshold);
  if (budget !== undefined) {
    const limits = limitsOf(budget, context);
    return selectBudget(context, space, scores.units, open, limits, ir);
  }
  const counted = countAmount(ir, moment);
  if (structure === "layers" && counted !== undefined) {
    const [all] = groupsOf(space, "global");
    const asked = all ? askedDrops(counted, all) : 0;
    const branches = chooseBranches(space, ranked(scores.units, open), asked);
    return { chosen: branches, nominal: asked, achieved: count(branches) };
  }
  if (counted === undefined) throw new Error(`${sizedStructure(structure)} take an amount`);
  if (isKeptInside(ir)) {
    return insideKernels(space, scores.units, open, {
      keep: Math.max(0, Math.round(counted.value)),
      of: "kernel",
    });
  }
  if (ir.joins !== "agree" || space.entryUnit === null) {
    return selectUnits(space, scores.units, open, counted, ir);
  }
  const alone = branches(space);
  const entries = Uint8Array.from(space.entryUnit, (unit) => open[unit] ?? 0);
  const agreed = selectUnits(alone, scores.entries, entries, counted, ir);
  const all = open.slice();
  space.entryUnit.forEach((unit, entry) => {
    if (agreed.chosen[entry] !== 1) all[unit] = 0;
  });
  // Branches that read channels agree by themselves, and the floors are of the layers that make them.
  const chosen = new Uint8Array(space.units);
  const floors = floorsOf(space, ir.keeping, ir.collapse, open);
  selectAboveFloors(space, scores.units, all, count(all), floors, chosen);
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

function insideKernels(space: Space, scores: Scores, open: Uint8Array, rule: InsideRule): Selected {
  const chosen = new Uint8Array(space.units);
  const taken = chooseInsideKernels(space, scores, open, rule, chosen);
  // What died latently ranks along: it is taken again, or lives again for one that is taken.
  const again = count(open.map((flag, unit) => (flag === 1 && space.status[unit] !== living ? 1 : 0)));
  return { chosen, nominal: taken - again, achieved: taken - again };
}

function byThreshold(
  ir: PruneIr,
  space: Space,
  scores: Scored,
  open: Uint8Array,
  { side, value }: Threshold,
): Selected {
  const { units, domain } = scores;
  const beyond = beyondThreshold(space, units, open, side, value, domain);
  const nominal = count(beyond);
  const order = side === "below" ? units : units.map((score) => -score);
  const chosen = new Uint8Array(space.units);
  const floors = floorsOf(space, ir.keeping, ir.collapse, open);
  const achieved = selectAboveFloors(space, order, beyond, nominal, floors, chosen);
  return { chosen, nominal, achieved };
}

/** The amounts that are counts, with their values at this moment; undefined for thresholds, budgets and patterns. */
export function countAmount(amount: AmountIr, moment: Pick<Moment, "value">): CountAmount | undefined {
  const counting = countingOf(amount);
  if (counting === null) return undefined;
  const { kind, value } = counting;
  return { kind, value: moment.value(value, kind === "to" ? "share-dead" : "value") };
}
