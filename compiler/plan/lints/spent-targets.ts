import { isExact, lowest } from "../estimate.js";
import type { Finding, Lint } from "./finding.js";
import { momentName, percent, structureName } from "../words.js";

/** A target that lies under what is dead already, at every event of its statement. */
export const spentTargets: Lint = ({ simulation: { events, cut } }) => {
  if (cut) return [];
  const findings = new Map<number, Finding | null>();
  for (const event of events) {
    const { statement, amount, pools, dead, changed } = event;
    if (statement.kind !== "prune" || amount?.kind !== "to") continue;
    const all = pools.reduce((sum, pool) => sum + pool.total, 0);
    const already = dead === null || all === 0 ? 0 : lowest(dead) / all;
    const idle = changed === 0 && already > amount.value && dead !== null && isExact(dead);
    // Half a unit in every layer is rounding, not a target already passed.
    const clear = (already - amount.value) * all > pools.length / 2;
    if (!idle || !clear) findings.set(statement.id, null);
    if (findings.has(statement.id)) continue;
    const moment = momentName(event);
    findings.set(statement.id, {
      code: "P3052",
      id: statement.id,
      message: `${percent(already)} of ${structureName(statement.structure)} are dead already${moment === "" ? "" : ` at ${moment}`}`,
      label: `a target of ${percent(amount.value)} does nothing`,
      help: "ask for more than is dead, or remove this statement",
    });
  }
  return [...findings.values()].filter((finding) => finding !== null);
};
