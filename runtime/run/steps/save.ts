import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import { writeResults } from "../report/results.js";
import { savePlace } from "./save-place.js";
import type { Session } from "../host/session.js";

/** Writes network, masks and report into a directory inside the output folder. */
export function save(session: Session, id: number, path: string): Promise<null> {
  return oneOff(
    session,
    false,
    async () => {
      const place = savePlace(session.options, path);
      logEvent(session, "save", id, `written to \`${path}\``);
      await writeResults(session, place);
      return null;
    },
    isNothing,
  );
}
