import { namesIn } from "../../../core/expr/names.js";
import { structureKind } from "../../../core/ir/structure.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { pruneIr } from "../../normalize.js";
import { prune as pruneEvent } from "../../../core/events/prune.js";
import { type EventRecord } from "../../../core/events/record.js";
import { type Moment } from "../../../core/events/context.js";
import type { PruneSpec } from "../../specs.js";
import { collapseEmptied } from "./collapse.js";
import { act } from "../../scores/scores.js";
import { momentOf, pruningContext } from "../host/engine.js";
import { logEvent, logNote } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import { noteAmount } from "../report/run-record.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "../host/session.js";
import { countedUnits, grouped } from "../report/words.js";

export function prune(session: Session, id: number, spec: PruneSpec): Promise<null> {
  return oneOff(
    session,
    true,
    async () => {
      const ir = pruneIr(id, spec, undefined, session.options.statements);
      if (ir.regrow && namesIn(ir.regrow.by.expr).includes("m")) session.keepsMomentum = true;
      const moment = momentOf(session, id);
      const context = pruningContext(session);
      const record = await act(context, pruneEvent(context, ir, moment));
      // A layer goes as a branch: nothing but what it stands for is emptied.
      if (ir.collapse || ir.structure === "layers") collapseEmptied(session);
      session.executor.upload();
      session.phase?.training.clear(id, ...(ir.regrow ? [ir.regrow.id] : []));
      const { structure, joins, selection } = ir;
      noteAmount(session.record, {
        structure,
        joins,
        layers: selectLayers(session.loaded, selection, structureKind(structure)),
        named: selection.include.length > 0,
        nominal: nominalDead(ir, moment, record),
      });
      logEvent(session, "prune", id, sentence(record));
      if (record.total === 0) logNote(session, nothingFound(ir));
      for (const note of record.notes) logNote(session, note);
      return null;
    },
    isNothing,
  );
}

/** How many the statement asks to be dead after this event; null where it names no number. */
function nominalDead(
  { amount, scope, regrow }: PruneIr,
  moment: Moment,
  { total, dead, achieved, nominal }: EventRecord,
): number | null {
  // Elsewhere every group rounds its own share.
  if (amount.kind === "target" && scope === "global")
    return Math.round(moment.value(amount.value, "share-dead") * total);
  const counts =
    amount.kind === "target" ||
    amount.kind === "drop-share" ||
    amount.kind === "drop-count" ||
    amount.kind === "keep-count" ||
    amount.kind === "pattern";
  if (!counts) return null;
  // What a last event would have regrown, it left alone: the count is as asked.
  return regrow && !moment.trainingFollows ? dead : dead - achieved + nominal;
}

/** "dropped 16 of 64 filters, regrew 8: 24 dead". */
function sentence({ structure, achieved, nominal, revived, dead, total }: EventRecord): string {
  const asked = nominal === achieved ? "" : ` (asked for ${nominal})`;
  const regrown = revived > 0 ? `, regrew ${revived}` : "";
  return `dropped ${countedUnits(achieved, structure)}${asked}${regrown}: ${grouped(dead)} of ${grouped(total)} dead`;
}

/** No candidate at all is hardly what was meant: a layer that nothing leads round, or joins that are all skipped. */
function nothingFound({ text, structure }: PruneIr): string {
  return `${text === "" ? "a statement" : `\`${text}\``} found no ${structureKind(structure)} that it may take`;
}
