import type { Batch } from "../../types.js";
import { trainingBatches } from "./batches.js";
import { endEpoch } from "./end-epoch.js";
import { pause } from "../host/interrupt.js";
import type { OpenPhase } from "./open-phase.js";
import type { Session } from "../host/session.js";
import { requireData } from "./require-data.js";

/**
 * The durable loops of a phase. They continue where a checkpoint stood; what the body did is complete when the next value is
 * asked for, so checkpoints are written then and only then.
 */
export async function* epochsOf(session: Session, phase: OpenPhase): AsyncGenerator<number> {
  const { progress } = phase;
  // A checkpoint after the very last step has the end of its epoch still before it.
  while ((progress.step < phase.steps || progress.inEpoch > 0) && !progress.stopped) {
    await pause(session);
    yield progress.epoch;
    await endEpoch(session, phase);
  }
}

export async function* batchesOf(session: Session, phase: OpenPhase): AsyncGenerator<Batch> {
  const { progress, times } = phase;
  const count = Math.min(times.stepsPerEpoch, phase.steps - (progress.step - progress.inEpoch));
  // A pass begun by an earlier process goes on with its own shuffle.
  if (progress.inEpoch === 0) session.clock.pass++;
  if (progress.inEpoch >= count) return;
  const pass = { epoch: session.clock.pass, size: phase.batch, seed: session.options.seed };
  for await (const batch of trainingBatches(requireData(session).train, pass, progress.inEpoch, count)) {
    yield batch;
    await pause(session);
  }
}
