import type { PruneIr } from "../../../core/ir/types.js";
import type { SimulatedEvent } from "../dry-run.js";
import { layerNames } from "../words.js";
import type { Finding, Lint } from "./finding.js";

/** `allowing collapse` where what is certainly emptied cannot go whole: the run would end there. */
export const collapses: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const findings = new Map<number, Finding>();
  for (const { prune, after } of emptying(simulation.events)) {
    if (after.stuck === undefined || findings.has(prune.id)) continue;
    const { why, emptied } = after.stuck;
    findings.set(prune.id, {
      code: "P4021",
      id: prune.id,
      message: why.message,
      label: `nothing is left of ${layerNames(emptied)}`,
      ...(why.notes && { notes: why.notes }),
      ...(why.help !== undefined && { help: why.help }),
    });
  }
  return [...findings.values()];
};

/**
 * The events that may empty layers, each with the event at which that is certain: what died softly or latently is final at the next
 * `slim`; what is frozen is not removed.
 */
function* emptying(events: readonly SimulatedEvent[]): Generator<{
  readonly prune: PruneIr;
  readonly after: SimulatedEvent;
}> {
  const free = new Map<number, PruneIr>();
  for (const event of events) {
    const { statement } = event;
    if (statement.kind === "slim") {
      for (const prune of free.values()) yield { prune, after: event };
      free.clear();
    }
    if (statement.kind !== "prune" || !statement.collapse || statement.manner === "frozen") continue;
    if (statement.manner === "held") yield { prune: statement, after: event };
    else free.set(statement.id, statement);
  }
}
