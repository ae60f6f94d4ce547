import { costs } from "../../network/costs.js";
import { everything, limitOf } from "../budget.js";
import { plannedCosts } from "../costs.js";
import { withDead } from "../state.js";
import type { Finding, Lint } from "./finding.js";
import { grouped, structureName } from "../words.js";
import { total } from "../interval.js";

/** A budget under what is left when everything in its scope is dead. */
export const budgets: Lint = ({ real }) => {
  if (real === null) return [];
  const { network, simulation } = real;
  const whole = costs(network);
  const findings = new Map<number, Finding>();
  for (const { statement, pools, before } of simulation.events) {
    if (statement.kind !== "prune" || statement.amount.kind !== "budget" || findings.has(statement.id))
      continue;
    const most = everything(statement, pools, before);
    const floor = plannedCosts(network, pools, withDead(before, pools, most, total(most)));
    for (const limit of statement.amount.limits) {
      if (limit.measure === "bytes") continue;
      const asked = limitOf(limit, whole[limit.measure], new Map());
      const least = floor[limit.measure][0];
      if (asked === undefined || least <= asked) continue;
      const unit = limit.measure === "macs" ? "MACs" : "parameters";
      findings.set(statement.id, {
        code: "P3057",
        id: statement.id,
        message: `${grouped(Math.floor(asked))} ${unit} cannot be reached here`,
        label: `with every one of these ${structureName(statement.structure)} dead that may die, ${grouped(least)} are left`,
        notes: [`the network has ${grouped(whole[limit.measure])} ${unit}`],
        help: "select more layers, lower `keeping at least`, or raise the budget",
      });
    }
  }
  return [...findings.values()];
};
