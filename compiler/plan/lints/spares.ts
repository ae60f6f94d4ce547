import { patternOf, sizedStructure } from "../../../core/ir/structure.js";
import type { CountAmount } from "../../../core/schedule/amounts.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { isGlobal } from "../sure.js";
import { sparedBy, type Spared } from "./spared.js";
import { alignedClause, grouped, layerNames, structureName } from "../words.js";
import type { AnyPool } from "../pools.js";
import type { Finding, Lint } from "./finding.js";

/** What is known of a statement over all of its events. */
interface Seen {
  readonly statement: PruneIr;
  /** By key; null for a pool that loses something, or may. */
  readonly pools: Map<string, { readonly pool: AnyPool; readonly why: Spared | null }>;
  /** The count that a global ranking keeps, where that was all there is at every event. */
  keepsAll: number | null;
}

/** Layers that a statement selects and cannot take anything from: they are too narrow for its count, pattern or alignment. */
export const spares: Lint = ({ network, simulation }) => {
  if (network === null || simulation.cut) return [];
  const all = new Map<number, Seen>();
  for (const { statement, pools, amount } of simulation.events) {
    if (statement.kind !== "prune") continue;
    const first = !all.has(statement.id);
    const seen = all.get(statement.id) ?? { statement, pools: new Map(), keepsAll: null };
    all.set(statement.id, seen);
    const keeps = keptOfAll(statement, amount, pools);
    seen.keepsAll = keeps !== null && (first || seen.keepsAll !== null) ? keeps : null;
    for (const pool of pools) {
      const known = seen.pools.get(pool.key);
      const why = known?.why === null ? null : (sparedBy(statement, amount, pool) ?? null);
      seen.pools.set(pool.key, { pool, why });
    }
  }
  return [...all.values()].flatMap(told);
};

function keptOfAll(statement: PruneIr, amount: CountAmount | null, pools: readonly AnyPool[]): number | null {
  if (amount?.kind !== "keep" || !isGlobal(statement) || statement.structure === "taps") return null;
  const keep = Math.max(0, Math.round(amount.value));
  return pools.length > 0 && pools.reduce((sum, { total }) => sum + total, 0) <= keep ? keep : null;
}

function told({ statement, pools, keepsAll }: Seen): readonly Finding[] {
  const { id } = statement;
  const name = structureName(statement.structure);
  if (keepsAll !== null) {
    const there = [...pools.values()].reduce((sum, { pool }) => sum + pool.total, 0);
    const notes = [`there are ${grouped(there)} ${name}`];
    return [{ code: "P3062", id, message: `\`keep ${keepsAll}\` takes nothing`, notes, help: "keep fewer" }];
  }
  const every = [...pools.values()];
  const nothing = every.every(({ why }) => why !== null);
  const spared = every.flatMap(({ pool, why }) =>
    why === null || (!nothing && isAsAsked(pool, why, statement)) ? [] : [{ pool, why }],
  );
  const [first] = spared;
  if (first === undefined) return [];
  const alike = spared.filter(({ why }) => why.by === first.why.by);
  const from = nothing ? "any layer" : layerNames(alike.flatMap(({ pool }) => pool.layers));
  const isPattern = patternOf(statement.structure) !== null;
  return [
    {
      // A pattern without any group to thin out is a mistake in any case.
      code: nothing && isPattern ? "P3061" : "P3062",
      id,
      message: `${cause(statement, first.why)} takes nothing from ${from}`,
      notes: [reason(statement, alike)],
      help: `${remedy(statement, first.why)}${nothing ? "" : ", or leave them out with `except`"}`,
    },
  ];
}

/** Just as many as stay are as asked for; of a pattern, no kernel has whole groups then. */
function isAsAsked(pool: AnyPool, why: Spared, { structure }: PruneIr): boolean {
  if (why.by === "keep") return why.keep === pool.total;
  return why.by === "inside" && patternOf(structure) === null && why.keep === why.largest;
}

function cause(statement: PruneIr, why: Spared): string {
  const { structure } = statement;
  if (patternOf(structure) !== null) return `\`${sizedStructure(structure)}\``;
  return why.by === "aligned" ? alignedClause(statement) : `\`keep ${why.keep}\``;
}

function reason(
  { structure, aligned }: PruneIr,
  spared: readonly { readonly pool: AnyPool; readonly why: Spared }[],
): string {
  const units = structureName(structure);
  const widest = Math.max(...spared.map(({ pool }) => pool.total));
  const largest = Math.max(...spared.map(({ why }) => (why.by === "inside" ? why.largest : 0)));
  const by = spared[0]?.why.by;
  const several = spared.length > 1;
  const pattern = patternOf(structure);
  if (pattern !== null) {
    const read = largest === 1 ? "1 input channel" : `${largest} input channels at most`;
    return `kernels there read ${read}, and ${pattern.n} of every ${pattern.m} stay`;
  }
  const most = several ? " at most" : "";
  if (by === "inside") return `kernels there have ${largest} ${units}${most}`;
  const width = `${several ? "they have" : "it has"} ${grouped(widest)} ${units}${most}`;
  if (by === "keep") return width;
  return `${width}, and no smaller multiple of ${aligned} may stay`;
}

function remedy({ structure }: PruneIr, { by }: Spared): string {
  if (patternOf(structure) !== null) return "prune weights by a share";
  return by === "aligned" ? "align to fewer" : "keep fewer";
}
