import type { PruneIr } from "../../../core/ir/types.js";
import type { SimulatedEvent } from "../dry-run.js";
import { layerNames } from "../words.js";
import type { Finding, Lint } from "./finding.js";

/** `allowing collapse` where what is certainly emptied cannot go whole: the run would end there. */
export const collapses: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const findings = new Map<number, Finding>();
  for (const { prune, after } of emptying(simulation.events)) {
    const why = after.stuck;
    const gone = after.pools.filter((pool, i) => after.deadOf[i] === pool.total);
    if (why === undefined || findings.has(prune.id)) continue;
    // Of what a `slim` finds, no pools are told.
    if (gone.length === 0 && after.action !== "slim") continue;
    const emptied = gone.flatMap(({ layers }) => layers);
    findings.set(prune.id, {
      code: "P4021",
      id: prune.id,
      message: why.message,
      ...(emptied.length > 0 && { label: `nothing is left of ${layerNames(emptied)}` }),
      ...(why.notes && { notes: why.notes }),
      ...(why.help !== undefined && { help: why.help }),
    });
  }
  return [...findings.values()];
};

/**
 * The events that may empty layers, each with the event after which they are emptied: that itself, or the regrow that belongs to it.
 * What died softly or latently is final at the next `slim`; what is frozen is not removed.
 */
function* emptying(events: readonly SimulatedEvent[]): Generator<{
  readonly prune: PruneIr;
  readonly after: SimulatedEvent;
}> {
  const paired = new Map<number, PruneIr>();
  const free = new Map<number, PruneIr>();
  for (const event of events) {
    const { statement, last } = event;
    if (statement.kind === "slim") {
      for (const prune of free.values()) yield { prune, after: event };
      free.clear();
    }
    if (statement.kind === "regrow") {
      const prune = paired.get(statement.id);
      if (prune !== undefined) yield { prune, after: event };
    }
    if (statement.kind !== "prune" || !statement.collapse || statement.manner === "frozen") continue;
    if (statement.manner !== "held") free.set(statement.id, statement);
    else if (statement.regrow === undefined || last === true) yield { prune: statement, after: event };
    else paired.set(statement.regrow.id, statement);
  }
}
