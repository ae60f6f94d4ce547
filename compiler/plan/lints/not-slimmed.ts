import { structureKind } from "../../../core/ir/structure.js";
import { isSlimmable } from "../../../core/units/candidates.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { lowest } from "../estimate.js";
import { unitsName } from "../words.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";

/** What died otherwise than for good, and is not among the dead when a `slim` or a `harden masks` comes. */
export const notSlimmed: Lint = (context) => {
  const { ir, simulation } = context;
  const { missed, cut } = simulation;
  if (cut) return frozenAtSlim(context);
  const all = distinct(statements(ir.body));
  const woken = all.flatMap((one): readonly Finding[] => {
    const end = missed.get(one.id);
    if (one.kind !== "prune" || end === undefined) return [];
    const name = unitsName(one.structure);
    const word = all.find(({ id }) => id === end)?.kind === "slim" ? "`slim`" : "`harden masks`";
    return [
      {
        code: "P3063",
        id: one.id,
        message: `the ${name} that die softly here live again before ${word}`,
        label: "training follows, and gives them new values",
        other: { id: end, label: "nothing of them is dead here" },
        help: "let the last event be at the end of the training, or leave `softly` out",
      },
    ];
  });
  return [...woken, ...frozenAtSlim(context)];
};

/** Frozen units carry their initial values: the network is the same without taking them out only where those are zero. */
const frozenAtSlim: Lint = ({ simulation: { events } }) => {
  const frozen = new Map<number, PruneIr>();
  const findings = new Map<number, Finding>();
  for (const { statement, dead } of events) {
    if (
      statement.kind === "prune" &&
      statement.manner === "frozen" &&
      isSlimmable(structureKind(statement.structure))
    )
      if (dead !== null && lowest(dead) > 0) frozen.set(statement.id, statement);
    if (statement.kind !== "slim") continue;
    for (const { id, structure } of frozen.values())
      if (!findings.has(id))
        findings.set(id, {
          code: "P3063",
          id,
          message: `\`slim\` leaves the ${unitsName(structure)} that are frozen here in the network`,
          label: "they stand at their initial values and go on taking part",
          other: { id: statement.id, label: "nothing of them is removed here" },
          help: "leave `frozen at start` out where they shall be removed",
        });
  }
  return [...findings.values()];
};
