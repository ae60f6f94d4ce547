import { resolve } from "node:path";
import { logEvent } from "./events.js";
import { isNothing, oneOff } from "./one-off.js";
import { writeResults } from "./results.js";
import type { Session } from "./session.js";

/** Writes network, masks and report into a directory (relative to the working directory). */
export function save(session: Session, id: number, path: string): Promise<null> {
  return oneOff(
    session,
    false,
    async () => {
      logEvent(session, "save", id, `written to \`${path}\``);
      await writeResults(session, resolve(path));
      return null;
    },
    isNothing,
  );
}
