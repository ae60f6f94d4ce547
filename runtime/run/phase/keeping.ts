import { metricIn } from "../../../core/ir/accuracy-readers.js";
import { isAccuracy } from "../../../core/ir/qualities.js";
import type { Session } from "../host/session.js";
import { logEvent } from "../report/log.js";
import { changed } from "../steps/step.js";
import { goTo, takeSnapshot } from "../steps/snapshots.js";
import { optimizerAt, type OpenPhase } from "./open-phase.js";
import type { OptimizerState } from "./optimizer.js";

const bestName = (phase: OpenPhase): string => `best ${phase.ir.id}`;

/** The optimizer as a phase leaves it that ends now, at the rate of its last update. */
export const lastOptimizer = (session: Session, phase: OpenPhase): OptimizerState =>
  optimizerAt(phase, session.optimizer, Math.max(0, phase.progress.step - 1));

/** Keeps what stands at the end of an epoch that measures better than all since the masks last changed. True once patience has run out. */
export function keepBest(session: Session, phase: OpenPhase, value: number | null): boolean {
  const { ir, progress } = phase;
  const { best, epoch } = progress;
  if (value === null || ir.keeping === undefined) return false;
  const { by, patience = Infinity } = ir.keeping;
  if (best === null || (by === "loss" ? value < best.value : value > best.value)) {
    progress.best = { epoch, value };
    const snapshot = takeSnapshot(session);
    session.snapshots.set(bestName(phase), { ...snapshot, optimizer: lastOptimizer(session, phase) });
    return false;
  }
  return epoch - best.epoch >= patience;
}

/** Ends a phase at its best epoch: weights, masks and optimizer are those that it ended with. */
export function backToBest(session: Session, phase: OpenPhase): void {
  const { ir, progress, times } = phase;
  const { best } = progress;
  const snapshot = session.snapshots.get(bestName(phase));
  session.snapshots.delete(bestName(phase));
  if (best === null || snapshot === undefined || ir.keeping === undefined) return;
  const { by } = ir.keeping;
  const value = isAccuracy(by)
    ? `${Number((100 * best.value).toFixed(2))}%`
    : Number(best.value.toPrecision(4));
  const what = by === "loss" ? "a loss" : by === "accuracy" ? "an accuracy" : `a \`${metricIn(by) ?? by}\``;
  const last = progress.epoch - 1;
  const was = `epoch ${best.epoch} of ${Math.ceil(times.epochs)}, with ${what} of ${value}`;
  if (best.epoch === last) return logEvent(session, "keeping", ir.id, `the last is the best: ${was}`);
  goTo(session, snapshot, ["weights", "masks", "gates"]);
  session.slots = structuredClone(snapshot.slots);
  session.optimizer = snapshot.optimizer;
  changed(session);
  logEvent(session, "keeping", ir.id, `went back from epoch ${last} to the best: ${was}`);
}
