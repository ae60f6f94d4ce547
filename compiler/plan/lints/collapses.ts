import { cannotCollapse, cutInTwo } from "../emptied.js";
import type { PruneIr } from "../../../core/ir/types.js";
import type { SimulatedEvent, Simulation } from "../simulation.js";
import { deadOf } from "../state.js";
import { layerNames } from "../words.js";
import type { Finding, Lint } from "./finding.js";

/** Every look follows the whole network: of more states than this nothing is said. */
const mostLooks = 200;

/** `allowing collapse` where what is certainly emptied cannot go whole: the run would end there. */
export const collapses: Lint = ({ real }) => {
  if (real === null) return [];
  const { network, simulation } = real;
  const pools = simulation.pools;
  const frozen = keysOf(simulation, ["frozen"]);
  const free = keysOf(simulation, ["softly", "latently"]);
  const findings = new Map<number, Finding>();
  let looks = 0;
  for (const { prune, after } of emptying(simulation)) {
    if (findings.has(prune.id) || ++looks > mostLooks) continue;
    const why =
      after.action === "slim"
        ? cutInTwo(network, pools, after.state, frozen)
        : cannotCollapse(network, pools, after.state, new Set([...frozen, ...free]));
    if (why === undefined) continue;
    const gone = after.pools.filter((pool) => deadOf(after.state, pool)[0] === pool.total);
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

/** Keys of the pools that some statement prunes in one of these manners. */
function keysOf({ events }: Simulation, manners: readonly PruneIr["manner"][]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { statement, pools } of events)
    if (statement.kind === "prune" && manners.includes(statement.manner))
      for (const { key } of pools) keys.add(key);
  return keys;
}

/**
 * The events that may empty layers, each with the masks after it and after the regrow that belongs to it. What died softly or
 * latently is final at the next `slim`; what is frozen is not removed.
 */
function* emptying({ events }: Simulation): Generator<{
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
