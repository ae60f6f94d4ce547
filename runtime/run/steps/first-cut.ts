import type { Session } from "../host/session.js";
import { besides, evaluateOn, measureBaseline } from "../report/measures.js";

/**
 * Carries out what may be the first cut of the run: the network as it stands before is what conditions and report call *dense*. Where
 * it turns out to cut nothing, the next may be the first.
 */
export async function cutting<T>(
  session: Session,
  act: () => Promise<T>,
  hasCut: (done: T) => boolean,
): Promise<T> {
  if (session.record.dense !== null || session.rehearsal !== null) return act();
  const { step, epoch } = session.clock;
  const baseline = await measureBaseline(session, "dense");
  const test = session.data?.test ? await evaluateOn(session, "test") : null;
  const done = await act();
  if (!hasCut(done)) return done;
  session.baselines.dense = baseline;
  const { accuracy = null, loss = null } = test ?? {};
  session.record.dense = { step, epoch, accuracy, loss, ...besides(test) };
  return done;
}
