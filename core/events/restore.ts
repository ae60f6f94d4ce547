import type { RestoreIr } from "../ir/types.js";
import { count } from "../choose/allocate.js";
import type { Moment, PruningContext } from "./context.js";
import { type EventRecord, countsOf, structureName } from "./record.js";
import { releaseUnits } from "../masks/revive.js";
import type { EventOf } from "./scoring.js";
import { spaceOf } from "../units/spaces.js";
import { latent, living } from "../masks/state.js";
import { beyondThreshold } from "../choose/threshold.js";

/** Revives latently dead units whose score, with the values underneath, lies above a threshold. */
export function* restore(context: PruningContext, ir: RestoreIr, moment: Moment): EventOf<EventRecord> {
  const space = spaceOf(context, ir.structure, ir);
  const w = masters(context);
  const { id, by: criterion, above } = ir;
  const scored = yield { id, criterion, space, moment, beside: above, values: { w } };
  const candidates = space.status.map((code) => (code === latent ? 1 : 0));
  const { units, domain } = scored;
  const back = beyondThreshold(space, units, candidates, "above", ir.above, domain);
  const kept = space.status.map((code, unit) => (code === living || back[unit] === 1 ? 0 : 1));
  releaseUnits(context, space, kept, "latently");
  const achieved = count(back);
  return {
    id: ir.id,
    action: "restore",
    structure: structureName(space),
    nominal: achieved,
    achieved,
    revived: achieved,
    ...countsOf(space),
    notes: scored.notes,
  };
}

/** The weights with what trained underneath latent ones. */
export function masters({ parameters }: PruningContext): ReadonlyMap<string, Float32Array> {
  return new Map([...parameters].map(([key, { data }]) => [key, data]));
}
