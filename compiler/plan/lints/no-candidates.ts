import type { PruneIr } from "../../../core/ir/types.js";
import { unitsName } from "../words.js";
import type { Finding, Lint } from "./finding.js";

/** A statement that finds no unit it may prune, whenever it acts: its joins, its selection or the network leave none. */
export const noCandidates: Lint = ({ network, simulation }) => {
  if (network === null || simulation.cut) return [];
  const found = new Map<number, { readonly statement: PruneIr; readonly candidates: number }>();
  for (const { statement, pools } of simulation.events) {
    if (statement.kind !== "prune") continue;
    const here = pools.reduce((sum, pool) => sum + pool.total, 0);
    const candidates = Math.max(here, found.get(statement.id)?.candidates ?? 0);
    found.set(statement.id, { statement, candidates });
  }
  return [...found.values()].flatMap(({ statement, candidates }): readonly Finding[] => {
    if (candidates > 0) return [];
    const skips = statement.joins === "skip";
    return [
      {
        code: "P3061",
        id: statement.id,
        message: `there are no ${unitsName(statement.structure)} that this may prune`,
        ...(skips ? { notes: ["`joins skip` leaves out what joins tie together"] } : {}),
        help: skips
          ? "write `joins couple`, or select layers that no join ties"
          : "select other layers, or another structure",
      },
    ];
  });
};
