import type { PruneIr } from "../../../core/ir/types.js";
import { isGlobal } from "../sure.js";
import type { SimulatedEvent } from "../dry-run.js";
import { momentName, ordinal, percent, structureName } from "../words.js";
import type { Finding, Lint } from "./finding.js";

/** Events of one statement that each drop a share, and how many of the last of them dropped nothing. */
interface Run {
  readonly statement: PruneIr;
  count: number;
  /** The first of those that dropped nothing, and its number; null while the last one dropped something. */
  idle: { readonly event: SimulatedEvent; readonly nth: number; readonly share: number } | null;
}

/** A share of so few units that it rounds to none: from some event on, or always, a statement drops nothing. Told once. */
export const roundedAway: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const runs = new Map<number, Run>();
  for (const event of simulation.events) {
    const { statement, amount, nominal, pools, doubtful } = event;
    if (statement.kind !== "prune" || pools.length === 0 || doubtful === true) continue;
    const run = runs.get(statement.id) ?? { statement, count: 0, idle: null };
    runs.set(statement.id, run);
    run.count++;
    const idle = amount?.kind === "drop" && amount.value > 0 && nominal === 0;
    if (!idle) run.idle = null;
    else run.idle ??= { event, nth: run.count, share: amount.value };
  }
  return [...runs.values()].flatMap(told);
};

function told({ statement, count, idle }: Run): readonly Finding[] {
  if (idle === null) return [];
  const name = structureName(statement.structure);
  const moment = momentName(idle.event);
  const at = moment === "" ? "" : `, ${moment}`;
  const always = idle.nth === 1;
  const where = isGlobal(statement) ? "" : " of every layer";
  const event = count === 1 ? "here" : `from the ${ordinal(idle.nth)} event on${at}`;
  return [
    {
      code: "P3058",
      id: statement.id,
      message: always ? `no ${name} go: the share rounds to none` : `${event}, no ${name} go any more`,
      notes: [`${percent(idle.share)} of the ${name} alive${where} rounds to 0`],
      help: always ? "ask for a larger share" : "stop there, or give a target with `to`",
    },
  ];
}
