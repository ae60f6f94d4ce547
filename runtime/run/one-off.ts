import type { Json } from "../../compiler/network/types.js";
import { runError } from "./codes.js";
import { pause } from "./interrupt.js";
import type { Session } from "./session.js";

/**
 * Runs a step of the program. Outside phases it is journaled: done by an earlier process, it gives that result at
 * once; else it acts, is noted as done, and a checkpoint follows when the step changed the network (`changes`). Inside a
 * phase it is the act of a rule, which the counters of the phase account for.
 */
export async function oneOff<T extends Json>(
  session: Session,
  changes: boolean,
  act: () => Promise<T> | T,
  isResult: (value: Json) => value is T,
): Promise<T> {
  if (session.phase) {
    const result = await act();
    if (changes) session.evaluated = null;
    return result;
  }
  const { done } = session.journal.begin();
  if (done) {
    if (isResult(done.result)) return done.result;
    throw runError("P7003", "the checkpoint's journal does not fit the program", {
      help: "start anew, without `--resume`",
    });
  }
  const result = await act();
  session.journal.complete(result);
  if (changes) {
    session.evaluated = null;
    session.checkpointWanted = true;
  }
  await pause(session);
  return result;
}

export const isNothing = (value: Json): value is null => value === null;
