import { evaluateOn, measuresNow } from "../steps/evaluate-on.js";
import { tell } from "../report/events.js";
import { sizeNow } from "../report/density.js";
import { holds, measureNames } from "../steps/measures.js";
import { noSums, type OpenPhase } from "./open-phase.js";
import type { Session } from "../host/session.js";

/** Closes an epoch after its rules have acted: history, the phase's `until`, the counters. */
export async function endEpoch(session: Session, phase: OpenPhase): Promise<void> {
  const { progress, times, ir } = phase;
  const { loss, correct, rows } = progress.sums;
  const trainLoss = rows > 0 ? loss / rows : null;
  const trainAccuracy = rows > 0 && correct !== null ? correct / rows : null;
  const test = session.data?.test ? await evaluateOn(session, "test") : null;
  session.record.history.push({
    ...sizeNow(session),
    trainLoss,
    trainAccuracy,
    testLoss: test?.loss ?? null,
    testAccuracy: test?.accuracy ?? null,
    rate: phase.rate(Math.max(0, progress.step - 1)),
  });
  tell(session, {
    kind: "epoch",
    id: ir.id,
    epoch: progress.epoch,
    epochs: times.epochs,
    loss: trainLoss,
    accuracy: trainAccuracy,
    testLoss: test?.loss ?? null,
    testAccuracy: test?.accuracy ?? null,
    seconds: session.stopwatch.seconds(),
  });
  if (ir.until !== undefined) {
    const names = measureNames(measuresNow(session), session.start.measures);
    const accuracy = test?.accuracy ?? trainAccuracy;
    const value = test?.loss ?? trainLoss;
    if (accuracy !== null) names.set("accuracy", accuracy);
    if (value !== null) names.set("loss", value);
    progress.stopped = holds(ir.until, names);
  }
  progress.epoch++;
  progress.inEpoch = 0;
  progress.sums = noSums();
}
