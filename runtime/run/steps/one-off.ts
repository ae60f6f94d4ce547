import type { Json } from "../../../core/network/types.js";
import { raise } from "../../../core/diagnostics/create.js";
import { sizeNow } from "../report/density.js";
import { pause } from "../host/interrupt.js";
import type { Session } from "../host/session.js";

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
    if (changes) changed(session);
    return result;
  }
  const { done } = session.journal.begin();
  if (done) {
    if (isResult(done.result)) return done.result;
    raise("P7003", "the checkpoint's journal does not fit the program", {
      help: "start anew, without `--resume`",
    });
  }
  const result = await act();
  session.journal.complete(result);
  if (changes) {
    changed(session);
    session.checkpointWanted = true;
  }
  await pause(session);
  return result;
}

/** The history shows how large the network is after every event; the end of an epoch notes it anyway. */
function changed(session: Session): void {
  session.evaluated = null;
  const { phase, record } = session;
  if (phase && phase.progress.inEpoch === phase.times.stepsPerEpoch) return;
  record.history.push({
    ...sizeNow(session),
    trainLoss: null,
    trainAccuracy: null,
    testLoss: null,
    testAccuracy: null,
    rate: null,
  });
}

export const isNothing = (value: Json): value is null => value === null;
