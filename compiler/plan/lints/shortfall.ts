import { sparedBy } from "./spared.js";
import type { SimulatedEvent } from "../dry-run.js";
import { highest, isExact, lowest } from "../estimate.js";
import type { Finding, Lint } from "./finding.js";
import { alignedClause, counted, estimated, momentName, structureName } from "../words.js";

/** Floors and alignment win over amounts: says by how much, at the last event of a statement that falls short. */
export const shortfall: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const last = new Map<number, SimulatedEvent>();
  for (const event of simulation.events) {
    // Of what cannot go whole, that is said.
    if (event.statement.kind === "prune" && event.last !== true && event.stuck === undefined)
      last.set(event.statement.id, event);
  }
  return [...last.values()].flatMap((event): readonly Finding[] => {
    const { statement, nominal, changed, amount, pools } = event;
    if (statement.kind !== "prune" || nominal === null || changed === null || !isExact(nominal)) return [];
    if (lowest(changed) <= nominal && nominal <= highest(changed)) return [];
    // Where it takes nothing from any layer, that is said instead.
    if (pools.every((pool) => sparedBy(statement, amount, pool) !== undefined)) return [];
    const name = structureName(statement.structure);
    const moment = momentName(event);
    const aligned = statement.aligned > 1;
    const cause = aligned ? alignedClause(statement) : "`keeping at least`";
    const change = highest(changed) < nominal ? "ask for more, align to fewer" : "align to fewer";
    return [
      {
        code: "P3058",
        id: statement.id,
        message: `${moment === "" ? "here" : `at ${moment},`} ${counted(nominal, name)} ${nominal === 1 ? "is" : "are"} asked for and ${estimated(changed)} ${changed === 1 ? "goes" : "go"}`,
        notes: [`${cause} wins over the amount`],
        ...(aligned ? { help: `${change}, or leave narrow layers out` } : {}),
      },
    ];
  });
};
