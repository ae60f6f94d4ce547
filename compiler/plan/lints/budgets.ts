import { distinctPools } from "../simulation.js";
import { everything, limitOf, measured } from "../budget.js";
import { isChannelPool } from "../pools.js";
import { withDead } from "../state.js";
import { total } from "../interval.js";
import { grouped, structureName } from "../words.js";
import type { Finding, Lint } from "./finding.js";

const units = { macs: "MACs", params: "parameters", bytes: "bytes" } as const;

/** A budget under what is left when everything in its scope is dead. */
export const budgets: Lint = ({ real }) => {
  const sizes = real?.world.sizes ?? null;
  if (real === null || sizes === null) return [];
  const seen = distinctPools(real.simulation);
  const findings = new Map<number, Finding>();
  for (const { statement, pools, before } of real.simulation.events) {
    if (statement.kind !== "prune" || statement.amount.kind !== "budget" || findings.has(statement.id))
      continue;
    // Single weights leave no tensor smaller: what they save is told by the run.
    if (!pools.every(isChannelPool)) continue;
    const most = everything(statement, pools, before);
    const floor = sizes.after(seen, withDead(before, pools, most, total(most)));
    const least = { params: floor.params[0], macs: floor.macs[0] };
    for (const limit of statement.amount.limits) {
      const asked = limitOf(limit, sizes, new Map());
      const left = measured(limit, least);
      if (asked === undefined || left <= asked) continue;
      const unit = units[limit.measure];
      findings.set(statement.id, {
        code: "P3057",
        id: statement.id,
        message: `${grouped(Math.floor(asked))} ${unit} cannot be reached here`,
        label: `with all ${structureName(statement.structure)} dead that may die, ${grouped(left)} are left`,
        notes: [`the network has ${grouped(measured(limit, sizes.whole))} ${unit}`],
        help: "select more layers, lower `keeping at least`, or raise the budget",
      });
    }
  }
  return [...findings.values()];
};
