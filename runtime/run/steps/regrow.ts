import { namesIn } from "../../../core/expr/names.js";
import { regrowIr } from "../../normalize.js";
import { regrow as regrowEvent } from "../../../core/events/regrow.js";
import type { RegrowSpec } from "../../specs.js";
import { act } from "../../scores/scores.js";
import { momentOf, pruningContext } from "../host/engine.js";
import { logEvent, logNote } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";
import { countedUnits, grouped } from "../report/words.js";

/** A `regrow` that stands alone. */
export function regrow(session: Session, id: number, spec: RegrowSpec): Promise<null> {
  return oneOff(
    session,
    true,
    async () => {
      const ir = regrowIr(id, spec, undefined, session.options.statements);
      if (namesIn(ir.by.expr).includes("m")) session.keepsMomentum = true;
      const context = pruningContext(session);
      const record = await act(context, regrowEvent(context, ir, momentOf(session, id)));
      session.executor.upload();
      session.phase?.training.clear(id);
      const { revived, structure, dead, total } = record;
      logEvent(
        session,
        "regrow",
        id,
        `regrew ${countedUnits(revived, structure)}: ${grouped(dead)} of ${grouped(total)} dead`,
      );
      for (const note of record.notes) logNote(session, note);
      return null;
    },
    isNothing,
  );
}
