import { allowedDrops, askedDrops, floorOf, resultingShare } from "../schedule/amounts.js";
import type { CountAmount } from "../schedule/amounts.js";
import { erdosRenyiDead } from "./erdos-renyi.js";
import type { PruneIr } from "../ir/types.js";
import { floorsOf, selectAboveFloors } from "./floors.js";
import type { Floors } from "./floors.js";
import { countUnits, groupsOf } from "../units/groups.js";
import type { Group } from "../units/groups.js";
import { selectMembers, type Ranking } from "./select.js";
import type { Space } from "../units/space.js";
import { living } from "../masks/state.js";

export type SelectOptions = Pick<PruneIr, "scope" | "keeping" | "collapse" | "aligned">;

export interface Selected {
  /** 1 for the units that go. */
  readonly chosen: Uint8Array;
  /** Asked for, before floors and alignment. */
  readonly nominal: number;
  readonly achieved: number;
}

/**
 * Which units an amount takes. `open` (1) are those that may go: the living, and for `softly` and `latently` also what died so
 * before, which is ranked along and counts on top of what is asked.
 */
export function selectUnits(ranking: Ranking, amount: CountAmount, options: SelectOptions): Selected {
  const { space, open } = ranking;
  const groups = groupsOf(space, options.scope);
  const asked = askedOf(groups, space, amount, options);
  const deadAndOpen = openAgain(space, open);
  const again = groups.map(({ members }) => (deadAndOpen ? countUnits(members, deadAndOpen) : 0));
  const chosen = new Uint8Array(space.units);
  const floors = floorsOf(space, options.keeping, options.collapse, open);
  groups.forEach((group, i) => {
    const wanted = (asked[i] ?? 0) + (again[i] ?? 0);
    if (wanted <= 0) return;
    if (options.scope === "global") selectAboveFloors(ranking, wanted, floors, chosen);
    else takeFrom(ranking, group, wanted, { ...options, floors, chosen });
  });
  const aligned =
    options.aligned > 1 && options.scope === "global" ? realign(ranking, chosen, options) : chosen;
  const nominal = asked.reduce((a, b) => a + b, 0);
  return { chosen: aligned, nominal, achieved: count(aligned) - again.reduce((a, b) => a + b, 0) };
}

/** Units asked of every group. */
export function askedOf(
  groups: readonly Group[],
  space: Space,
  amount: CountAmount,
  options: Pick<SelectOptions, "scope">,
): readonly number[] {
  const { scope } = options;
  if (scope !== "erk" && scope !== "er")
    return groups.map((group) => askedDrops(amountOf(amount, group), group));
  const layers = groups.map((group) => ({ units: group.total, shape: shapeOf(space, group) }));
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  const dead = groups.reduce((sum, group) => sum + group.dead, 0);
  const targets = erdosRenyiDead(layers, resultingShare(amount, { total, dead }), scope);
  return groups.map((group, i) => Math.max(0, (targets[i] ?? 0) - group.dead));
}

/** The amount of one group, where layers have their own: that of the first of its layers. */
function amountOf(amount: CountAmount, group: Group): CountAmount {
  const value = amount.layers?.get(firstOf(group));
  return value === undefined ? amount : { kind: amount.kind, value };
}

const firstOf = ({ name }: Group): string => name.split(", ")[0] ?? "";

function shapeOf(space: Space, group: Group): readonly number[] {
  const path = firstOf(group);
  return (space.layers.find((layer) => layer.path === path) ?? space.layers[0])?.shape ?? [];
}

/** Open units (1) that are dead already (softly, latently); null where there are none. */
function openAgain({ status }: Space, open: Uint8Array): Uint8Array | null {
  let again: Uint8Array | null = null;
  for (let unit = 0; unit < open.length; unit++) {
    if (open[unit] !== 1 || status[unit] === living) continue;
    again ??= new Uint8Array(open.length);
    again[unit] = 1;
  }
  return again;
}

interface Taking extends SelectOptions {
  readonly floors: Floors;
  readonly chosen: Uint8Array;
}

/** Takes up to `k` units of a group that is ranked by itself. */
function takeFrom(ranking: Ranking, { members, total }: Group, k: number, options: Taking): void {
  const { floors, chosen, aligned } = options;
  const bounded = aligned > 1 ? inSteps(ranking, { members, total }, k, options) : k;
  // Units of one group are made by the same layers, so that one floor holds all of them or none; branches have none.
  const first = members instanceof Int32Array ? members[0] : members.from;
  const layers = ranking.space.kind === "branches" ? [] : floors.layersOf(first ?? -1);
  const most = layers.reduce((least, layer) => Math.min(least, floors.room[layer] ?? 0), bounded);
  const taken = selectMembers(ranking, members, most, chosen);
  for (const layer of layers) floors.room[layer] = (floors.room[layer] ?? 0) - taken;
}

/** How many of `k` may go so that what is kept of a group is a multiple of `aligned`, and not under its floor. */
function inSteps(
  { open }: Ranking,
  { members, total }: Pick<Group, "members" | "total">,
  k: number,
  { keeping, collapse, aligned }: SelectOptions,
): number {
  return allowedDrops(k, countUnits(members, open), floorOf(keeping, total, collapse), aligned);
}

/** After a global ranking: every group's kept count becomes a multiple of `aligned`, its own lowest units going first. */
function realign(ranking: Ranking, chosen: Uint8Array, options: SelectOptions): Uint8Array {
  const again = new Uint8Array(chosen.length);
  for (const group of groupsOf(ranking.space, "local")) {
    const taken = countUnits(group.members, chosen);
    if (taken === 0) continue;
    selectMembers(ranking, group.members, inSteps(ranking, group, taken, options), again);
  }
  return again;
}

export function count(flags: Uint8Array): number {
  let n = 0;
  for (let i = 0; i < flags.length; i++) n += flags[i] ?? 0;
  return n;
}
