import { hashJson } from "../../core/ir/hash.js";
import type { ChainPlace } from "../../compiler/plan/chain.js";
import type { Stretch, Variant } from "./types.js";

/** What programs of one seed have in common, and where each of them goes on from. */
export interface Shared {
  readonly stretches: readonly Stretch[];
  readonly parents: ReadonlyMap<Variant, Stretch>;
}

/** The longest beginnings that two or more programs have in common, and in which something trains; those within others after them. */
export function stretchesOf(variants: readonly Variant[], seed: number): Shared {
  const stretches: Stretch[] = [];
  const parents = new Map<Variant, Stretch>();
  const visit = (group: readonly Variant[], from: number, parent: Stretch | null): void => {
    const [first] = group;
    if (first === undefined) return;
    if (group.length === 1) {
      if (parent !== null) parents.set(first, parent);
      return;
    }
    const length = commonLength(group, from);
    const end = earliest(group.map((one) => placeAfter(one, length)));
    const last = first.chain.links[length - 1];
    const trains = end.statements > 0 || end.step > 0;
    const further = end.trained === null ? trains : end.trained > (parent?.trained ?? 0);
    let here = parent;
    if (last !== undefined && further) {
      const { statements, step, trained } = end;
      const hash = hashJson([last.hash, first.shares, statements, step]);
      here = { hash, seed, place: { statements, step }, of: first, parent, trained };
      stretches.push(here);
    }
    const branches = new Map<string, Variant[]>();
    for (const one of group) {
      const next = one.chain.links[length]?.hash ?? "";
      branches.set(next, [...(branches.get(next) ?? []), one]);
    }
    for (const [next, branch] of branches) {
      if (next !== "") visit(branch, length, here);
      else for (const one of branch) if (here !== null) parents.set(one, here);
    }
  };
  const groups = new Map<string, Variant[]>();
  for (const one of variants) groups.set(one.shares, [...(groups.get(one.shares) ?? []), one]);
  for (const group of groups.values()) visit(group, 0, null);
  return { stretches, parents };
}

/** Links that all have in common; `from` of them are known to be. */
function commonLength(group: readonly Variant[], from: number): number {
  let length = from;
  for (;;) {
    const hashes = new Set(group.map(({ chain }) => chain.links[length]?.hash));
    if (hashes.size > 1 || hashes.has(undefined)) return length;
    length++;
  }
}

const placeAfter = ({ chain }: Variant, length: number): ChainPlace =>
  chain.links[length]?.before ?? chain.end;

const earliest = (places: readonly ChainPlace[]): ChainPlace =>
  places.reduce((a, b) =>
    b.statements < a.statements || (b.statements === a.statements && b.step < a.step) ? b : a,
  );

/** Updates that need not be made because beginnings are shared; null where only a run can tell. */
export function savedSteps(
  stretches: readonly Stretch[],
  parents: readonly (Stretch | null)[],
): number | null {
  const trained = (one: Stretch | null): number => (one === null ? 0 : (one.trained ?? NaN));
  const without = parents.reduce((sum, one) => sum + trained(one), 0);
  const withThem = stretches.reduce((sum, one) => sum + trained(one) - trained(one.parent), 0);
  return Number.isNaN(without) || Number.isNaN(withThem) ? null : without - withThem;
}
