import { restoreIr } from "../../normalize.js";
import { restore as restoreEvent } from "../../../core/events/restore.js";
import type { RestoreSpec } from "../../specs.js";
import { act } from "../../scores/scores.js";
import { momentOf, pruningContext } from "../host/engine.js";
import { logEvent, logNote } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";
import { countedUnits, grouped } from "../report/words.js";

/** Revives latently dead units whose weight underneath grew back. */
export function restore(session: Session, id: number, spec: RestoreSpec): Promise<null> {
  return oneOff(
    session,
    true,
    async () => {
      const ir = restoreIr(id, spec, undefined, session.options.statements);
      const context = pruningContext(session);
      const record = await act(context, restoreEvent(context, ir, momentOf(session, id)));
      session.executor.upload();
      session.phase?.training.clear(id);
      const { revived, structure, dead, total } = record;
      logEvent(
        session,
        "restore",
        id,
        `restored ${countedUnits(revived, structure)}: ${grouped(dead)} of ${grouped(total)} dead`,
      );
      for (const note of record.notes) logNote(session, note);
      return null;
    },
    isNothing,
  );
}
