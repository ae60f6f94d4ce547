import type { SimulatedEvent } from "../dry-run.js";
import type { Finding, Lint } from "./finding.js";
import { structureName } from "../words.js";

interface Reign {
  readonly first: SimulatedEvent;
  readonly from: number;
  to: number;
}

/** Two prune rules of one phase that act on the same units in the same stretch of training. */
export const fightingRules: Lint = ({ simulation: { events } }) => {
  const reigns = new Map<string, Reign>();
  events.forEach((event, at) => {
    const dated = event.step !== null || event.epoch !== null;
    if (event.statement.kind !== "prune" || event.statement.when === undefined || !dated) return;
    const key = `${event.phase} ${event.statement.id}`;
    const known = reigns.get(key);
    if (known === undefined) reigns.set(key, { first: event, from: at, to: at });
    else known.to = at;
  });
  const findings = new Map<number, Finding>();
  const all = [...reigns.values()];
  all.forEach((one, i) => {
    for (const other of all.slice(i + 1)) {
      const [a, b] = [one.first, other.first];
      if (a.phase !== b.phase || one.to < other.from || other.to < one.from) continue;
      if (a.statement.kind !== "prune" || b.statement.kind !== "prune") continue;
      const keys = new Set(a.pools.map((pool) => pool.key));
      if (!b.pools.some((pool) => keys.has(pool.key)) || findings.has(b.statement.id)) continue;
      findings.set(b.statement.id, {
        code: "P3053",
        id: b.statement.id,
        message: `two rules prune the same ${structureName(b.statement.structure)} in the same stretch of training`,
        label: "this rule counts what the other has done",
        other: { id: a.statement.id, label: "the other rule" },
        help: "give them different layers with `in`, or windows that follow each other with `during`",
      });
    }
  });
  return [...findings.values()];
};
