import { isExact, lowest } from "../estimate.js";
import type { Finding, Lint } from "./finding.js";
import { momentName, ordinal, percent, structureName } from "../words.js";

/** Fewer living units than this are a network nobody wants. */
const starved = 0.01;

/** A share of the living, dropped again and again, leaves next to nothing: says after which event. */
export const starvation: Lint = ({ simulation }) => {
  const findings = new Map<number, Finding>();
  const counts = new Map<number, number>();
  for (const event of simulation.events) {
    const { statement, dead, pools } = event;
    if (statement.kind !== "prune" || event.amount?.kind !== "drop") continue;
    if (event.doubtful === true) continue;
    // What dies softly lives again.
    if (statement.manner === "softly") continue;
    const nth = (counts.get(statement.id) ?? 0) + 1;
    counts.set(statement.id, nth);
    const all = pools.reduce((sum, pool) => sum + pool.total, 0);
    const alive = dead === null || all === 0 ? 1 : 1 - lowest(dead) / all;
    if (alive >= starved || nth < 2 || findings.has(statement.id)) continue;
    const moment = momentName(event);
    findings.set(statement.id, {
      code: "P3050",
      id: statement.id,
      message: `after the ${ordinal(nth)} event${moment === "" ? "" : `, ${moment}`}, ${dead === null || isExact(dead) ? "" : "about "}${percent(alive)} of ${structureName(statement.structure)} are alive`,
      label: `each event drops ${percent(event.amount.value)} of what is still alive`,
      help: "add `to`, `until` or `regrow`",
    });
  }
  return [...findings.values()];
};
