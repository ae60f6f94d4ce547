import type { SimulatedEvent } from "../simulation.js";
import type { Finding, Lint } from "./finding.js";
import { momentName, percent, structureName } from "../words.js";

/** A target that lies under what is dead already: at every event of its statement, or at the last where it moves down. */
export const spentTargets: Lint = ({ shares, real }) => {
  const { events, cut } = real?.simulation ?? shares;
  if (cut) return [];
  const runs = new Map<number, Run>();
  for (const event of events) {
    const { statement, amount } = event;
    if (statement.kind !== "prune" || amount?.kind !== "target") continue;
    const { value } = amount;
    const run = runs.get(statement.id) ?? { always: true, highest: value, finding: null };
    runs.set(statement.id, run);
    const finding = spent(event, value, value < run.highest);
    if (finding === null) run.always = false;
    // A statement that did something before is one to keep, but not a target that comes down on what it killed itself.
    const idle = finding !== null && (run.always || value < run.highest);
    run.finding = idle ? (run.finding ?? finding) : null;
    run.highest = Math.max(run.highest, value);
  }
  return [...runs.values()].flatMap(({ finding }) => finding ?? []);
};

/** Events of one statement. */
interface Run {
  /** None of them did anything. */
  always: boolean;
  /** The greatest target. */
  highest: number;
  /** What the first of the last events that did nothing found; null while the last one did something. */
  finding: Finding | null;
}

/** Null where the event does something, or may. */
function spent(event: SimulatedEvent, target: number, down: boolean): Finding | null {
  const { statement, pools, dead, reachable } = event;
  if (statement.kind !== "prune" || reachable === null || reachable[1] > 0) return null;
  const all = pools.reduce((sum, pool) => sum + pool.total, 0);
  if (dead === null || dead[0] !== dead[1] || all === 0) return null;
  const already = dead[0] / all;
  // Half a unit in every layer is rounding, not a target already passed.
  if ((already - target) * all <= pools.length / 2) return null;
  const moment = momentName(event);
  return {
    code: "P3052",
    id: statement.id,
    message: `${percent(already)} of ${structureName(statement.structure)} are dead already${moment === "" ? "" : ` at ${moment}`}`,
    label: `a target of ${percent(target)} does nothing`,
    help: down
      ? "let the target rise: dead units stay dead"
      : "ask for more than is dead, or remove this statement",
  };
}
