import { hasAmount } from "../../core/ir/amounts.js";
import type { PruneIr } from "../../core/ir/types.js";
import { allowedDrops, askedDrops, floorOf } from "../../core/schedule/amounts.js";
import { sum, type Acted, type Event } from "./outcome.js";
import type { AnyPool, BranchPool } from "./pools.js";
import type { Trial } from "./trial.js";

/**
 * What of an event comes out alike in every run. A count is sure while everything that acted on its units asked each layer by itself
 * for a number that counts alone decide; one ranking over several layers leaves their sum sure, and none of them. Only where all draws
 * agree on what is sure it is exact.
 */
export interface Sure {
  readonly sum: boolean;
  readonly each: readonly boolean[];
  /** Which units are dead makes no difference, where all stand alike. */
  readonly fixed: boolean;
}

export function settle(trial: Trial, pools: readonly AnyPool[], sure: Sure, dead: readonly number[]): void {
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

/** What is known of the dead before a prune: of each pool, and of their sum. */
export interface Known {
  readonly each: readonly boolean[];
  readonly sum: boolean;
  /** Some stand at their initial values: dead as others, but left in the network. */
  readonly frozen: boolean;
  /** Which are dead, or so, makes no difference. */
  readonly fixed: boolean;
  readonly alive: readonly number[];
  /** That may be dead at most, whenever a rule acted whose moments nobody knows. */
  readonly most: readonly number[];
}

export function knownBefore(trial: Trial, pools: readonly AnyPool[], dead: readonly number[]): Known {
  const { ledger } = trial;
  const clear = !pools.some((pool) => pool.kind === "branch") || !ledger.has("channels", "*");
  const plain = pools.map((pool) => clear && trial.isPlain(pool));
  const each = pools.map((pool, i) => ledger.isSure(pool) && plain[i] === true);
  return {
    each,
    sum: ledger.isSumSure(pools) && plain.every(Boolean),
    frozen: trial.isFrozen(pools),
    fixed: pools.every(({ place }) => ledger.isFixed(place)),
    alive: pools.map(({ total }, i) => total - (dead[i] ?? 0)),
    most: pools.map(({ place }, i) => (plain[i] === true ? ledger.mostAt(place) : Infinity)),
  };
}

/** Whether one ranking goes over all pools. */
export const isGlobal = ({ scope, structure }: Pick<PruneIr, "scope" | "structure">): boolean =>
  scope === "global" || structure === "layers";

/** Whether the number that a prune asks for follows from counts. */
export const isAskedSurely = (ir: PruneIr, known: Known, { chance }: Acted): boolean =>
  !chance && (isGlobal(ir) ? known.sum : known.each.every(Boolean));

export function surelyAfter(
  ir: PruneIr,
  { pools, amount }: Event,
  known: Known,
  { nominal, chance }: Acted,
): Sure {
  const { regrow } = ir;
  // Where some are dead and some frozen, that so many of each are says nothing of what they cost.
  const mixed = known.frozen && !known.fixed;
  const fixed = !mixed && (regrow === undefined || !(known.frozen || ir.manner === "frozen"));
  // Every layer regains as many as it lost.
  if (regrow?.includingDropped === true && !hasAmount(regrow) && regrow.allocated === undefined)
    return { sum: known.sum, each: known.each, fixed };
  if (chance) return { sum: false, each: pools.map(() => false), fixed: true };
  if (isGlobal(ir)) {
    const asked = nominal ?? Infinity;
    const all = known.each.every(Boolean);
    const alone = pools.every(({ layers }) => layers.length <= 1);
    const floorsOf = (collapse: boolean) =>
      pools.map(({ kind, total }) => (kind === "branch" ? 0 : floorOf(ir.keeping, total, collapse)));
    const floors = floorsOf(ir.collapse);
    const openOver = (least: readonly number[]) =>
      sum(known.alive) - sum(pools.map(({ layers }, i) => layers.length * (least[i] ?? 0)));
    // What died softly or latently is ranked anew: others may be dead afterwards, if as many.
    const anew = (ir.manner === "softly" || ir.manner === "latently") && ir.awaitsRestore !== true;
    const idle =
      !anew && known.alive.every((alive, i) => allowedDrops(asked, alive, floors[i] ?? 0, ir.aligned) === 0);
    // Where nothing can go, or all that may does, it does not matter how units rank.
    const decided = all && (idle || (ir.aligned <= 1 && alone && asked >= openOver(floors)));
    // What cannot go whole keeps its floors after all, and what that is hangs on the ranking.
    const fits = ir.aligned <= 1 && (asked <= openOver(floorsOf(false)) || (all && alone && !ir.collapse));
    return { sum: known.sum && (decided || fits), each: pools.map(() => decided), fixed };
  }
  const evenly = regrow?.allocated === undefined || regrow.allocated === "evenly";
  const byThemselves =
    ir.scope !== "er" &&
    ir.scope !== "erk" &&
    (regrow === undefined || !hasAmount(regrow)) &&
    regrow?.allocated === undefined;
  const separate = byThemselves && pools.every(({ layers }) => layers.length <= 1);
  const each = separate
    ? pools.map((pool, i) => known.each[i] === true || overtakes(ir, amount, pool, known.most[i]))
    : known.each;
  const every = each.every(Boolean);
  return { sum: every, each: each.map((one) => evenly && (separate ? one : every)), fixed };
}

/** Whether a target lies above all that may be dead: then as many are dead afterwards, whatever was before. */
const overtakes = (ir: PruneIr, amount: Event["amount"], { total }: AnyPool, most = Infinity): boolean =>
  (amount?.kind === "to" || amount?.kind === "keep") &&
  ir.regrow === undefined &&
  (ir.manner === "held" || ir.manner === "frozen") &&
  ir.aligned <= 1 &&
  most <= Math.min(askedDrops(amount, { total, dead: 0 }), total - floorOf(ir.keeping, total, ir.collapse));
