import type { PruneIr } from "../../compiler/ir/types.js";
import { count, selectUnits } from "./allocate.js";
import { countAmount } from "./amount.js";
import type { Moment, PruningContext } from "./context.js";
import { killUnits } from "./kill.js";
import type { EventRecord } from "./record.js";
import { countsOf, structureName } from "./record.js";
import { scoreUnits } from "./scores.js";
import { refreshed, spaceOf } from "./spaces.js";
import type { Space } from "./space.js";
import { dead, frozen, latent, living, soft } from "./state.js";

const codes = { held: dead, softly: soft, latently: latent, frozen } as const;

/** Carries out one event of a `prune` statement, the paired `regrow` included. Parameters, slots and state change in place. */
export async function prune(context: PruningContext, ir: PruneIr, moment: Moment): Promise<EventRecord> {
  const space = spaceOf(context, ir.structure, ir.selection, ir.joins);
  const { units: scores, notes } = await scoreUnits(context, ir.id, ir.criterion, space, moment, ir);
  const amount = countAmount(ir.amount, moment);
  if (amount === undefined) throw new Error(`amount ${ir.amount.kind} is not a count`);
  const open = openUnits(space, ir.manner);
  const { chosen, nominal, achieved } = selectUnits(space, scores, open, amount, ir);
  killUnits(context, space, chosen, codes[ir.manner]);
  const after = refreshed(context, space, ir.selection, ir.joins);
  return {
    id: ir.id,
    action: "prune",
    structure: structureName(space),
    nominal,
    achieved: achieved > 0 ? achieved : count(chosen),
    revived: 0,
    ...countsOf(after),
    notes,
  };
}

/** Units that may go: the living; `softly` and `latently` rank what they took before along with them. */
export function openUnits(space: Space, manner: PruneIr["manner"]): Uint8Array {
  const ranksAgain = manner === "softly" || manner === "latently";
  return space.status.map((code) =>
    code === living || (ranksAgain && (code === soft || code === latent)) ? 1 : 0,
  );
}
