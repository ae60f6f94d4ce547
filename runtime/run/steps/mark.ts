import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";
import { markName, takeSnapshot } from "./snapshot.js";

/** Names this moment; a name given again moves to it. */
export function mark(session: Session, id: number, name: string): Promise<null> {
  return oneOff(
    session,
    false,
    () => {
      session.snapshots.set(markName(name), takeSnapshot(session));
      session.checkpointWanted = true;
      logEvent(session, "mark", id, `this moment is \`${name}\``);
      return null;
    },
    isNothing,
  );
}
