import type { GroupCounts } from "../schedule/amounts.js";
import type { ScopeIr } from "../ir/types.js";
import type { Unit } from "../network/types.js";
import { living } from "../masks/state.js";
import { familiesOf } from "./siblings.js";
import type { Space } from "./space.js";

/** One of the rankings a scope asks for. Members are a range of units, or listed in ascending order. */
export interface Group extends GroupCounts {
  /** Layers, by path, joined by ", ". */
  readonly name: string;
  readonly members: { readonly from: number; readonly to: number } | Int32Array;
}

/**
 * The groups of a space. `local`: the units of a layer, or of the set of layers that make them together. `row`: the weights of one
 * output channel. `sign`: the positive and the negative weights of a layer. Global scopes are one group.
 */
export function groupsOf(space: Space, kind: ScopeIr): readonly Group[] {
  if (kind === "global" || space.kind === "branches") {
    const members = { from: 0, to: space.units };
    return [
      { name: "all layers", members, total: space.total, dead: space.total - countLiving(space, members) },
    ];
  }
  if (space.channelUnits !== null) return siblingGroups(space, space.channelUnits);
  if (kind === "row") return rowGroups(space);
  if (kind === "sign") return signGroups(space);
  return space.layers.map(({ path, start, end, total }) => {
    const members = { from: start, to: end };
    return { name: path, members, total, dead: total - countLiving(space, members) };
  });
}

function siblingGroups(space: Space, units: readonly Unit[]): readonly Group[] {
  return familiesOf(space.network, units).groups.map(({ key, members }) => {
    const total = space.totals.get(key) ?? members.length;
    return { name: key.replaceAll("\n", ", "), members, total, dead: total - countLiving(space, members) };
  });
}

/** The elements of every output channel of every weight; only for structures of single elements. */
function rowGroups(space: Space): readonly Group[] {
  return space.parts.flatMap((part) => {
    const layer = space.layers[part.layer];
    const count = part.inputsLast ? part.tall : part.cols.length;
    const lists: number[][] = Array.from({ length: count }, () => []);
    part.rows.forEach((row, r) => {
      if (row < 0) return;
      part.cols.forEach((col, c) => {
        if (col >= 0) lists[part.inputsLast ? r % part.tall : c]?.push(row + col);
      });
    });
    const total = part.rows.length * (part.inputsLast ? part.cols.length / part.tall : 1);
    const each = Math.round(part.inputsLast ? total : part.rows.length);
    return lists.map((list, i) => {
      const members = Int32Array.from(list).sort();
      const name = `${layer?.path ?? ""} [${i}]`;
      const perRow = Math.max(each, members.length);
      return { name, members, total: perRow, dead: perRow - countLiving(space, members) };
    });
  });
}

/** Positive and negative weights of a layer. What is dead has no sign: it is shared out as the living are. */
function signGroups(space: Space): readonly Group[] {
  return space.layers.flatMap(({ path, total }, layer) => {
    const positive: number[] = [];
    const negative: number[] = [];
    for (const part of space.parts) {
      if (part.layer !== layer) continue;
      const data = space.parameters.get(part.key)?.data;
      const wide = part.cols.length;
      part.rows.forEach((row, r) => {
        if (row < 0) return;
        part.cols.forEach((col, c) => {
          const unit = row + col;
          if (col < 0 || space.status[unit] !== living) return;
          ((data?.[r * wide + c] ?? 0) < 0 ? negative : positive).push(unit);
        });
      });
    }
    const alive = positive.length + negative.length;
    const deadOf = (n: number) => (alive === 0 ? 0 : Math.round(((total - alive) * n) / alive));
    return [
      { list: positive, name: `${path} +` },
      { list: negative, name: `${path} -` },
    ].map(({ list, name }) => {
      const dead = deadOf(list.length);
      return { name, members: Int32Array.from(list), total: list.length + dead, dead };
    });
  });
}

/** How many units of a group have this flag or code. */
export function countUnits(members: Group["members"], flags: Uint8Array, code = 1): number {
  let n = 0;
  if (members instanceof Int32Array) {
    for (let i = 0; i < members.length; i++) if (flags[members[i] ?? -1] === code) n++;
  } else {
    for (let unit = members.from; unit < members.to; unit++) if (flags[unit] === code) n++;
  }
  return n;
}

const countLiving = ({ status }: Space, members: Group["members"]): number =>
  countUnits(members, status, living);
