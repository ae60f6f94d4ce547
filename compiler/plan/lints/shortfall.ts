import { sparedBy } from "../spared.js";
import type { SimulatedEvent } from "../simulation.js";
import type { Finding, Lint } from "./finding.js";
import { between, counted, momentName, structureName } from "../words.js";

/** Floors and alignment win over amounts: says by how much, at the last event of a statement that falls short. */
export const shortfall: Lint = ({ real }) => {
  if (real === null) return [];
  const last = new Map<number, SimulatedEvent>();
  for (const event of real.simulation.events) {
    if (event.statement.kind === "prune" && event.last !== true) last.set(event.statement.id, event);
  }
  return [...last.values()].flatMap((event): readonly Finding[] => {
    const { statement, nominal, reachable, amount, pools } = event;
    if (statement.kind !== "prune" || nominal === null || reachable === null) return [];
    if (reachable[0] === nominal && reachable[1] === nominal) return [];
    if (reachable[0] <= nominal && nominal <= reachable[1]) return [];
    // Where it takes nothing from any layer, that is said instead.
    if (pools.every((pool) => sparedBy(statement, amount, pool) !== undefined)) return [];
    const name = structureName(statement.structure);
    const moment = momentName(event);
    const aligned = statement.aligned > 1;
    const cause = aligned ? `\`aligned to ${statement.aligned}\`` : "`keeping at least`";
    const change = reachable[1] < nominal ? "ask for more, align to fewer" : "align to fewer";
    return [
      {
        code: "P3058",
        id: statement.id,
        message: `${moment === "" ? "here" : `at ${moment},`} ${counted(nominal, name)} ${nominal === 1 ? "is" : "are"} asked for and ${between(reachable)} ${reachable[1] === 1 ? "goes" : "go"}`,
        notes: [`${cause} wins over the amount`],
        ...(aligned ? { help: `${change}, or leave narrow layers out` } : {}),
      },
    ];
  });
};
