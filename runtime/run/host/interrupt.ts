import { setImmediate } from "node:timers/promises";
import { diagnostic } from "../../../core/diagnostics/create.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { saveCheckpoint } from "../../checkpoint/save.js";
import type { Session } from "./session.js";

/**
 * Called at moments a run can be resumed from, and at no others: writes a checkpoint when one is due, and ends the run when
 * it was asked to end. Steps compute without a pause of their own: unless the process gets its turn here, it hears no ctrl-c.
 */
export async function pause(session: Session): Promise<void> {
  const { options, lastCheckpoint, stopwatch, clock } = session;
  await setImmediate();
  if (options.signal?.aborted) session.interrupted = true;
  const { every } = options;
  const due =
    every.unit === "seconds"
      ? stopwatch.seconds() - lastCheckpoint.seconds >= every.value
      : clock.step - lastCheckpoint.step >= every.value;
  if (session.store && (session.checkpointWanted || due || session.interrupted))
    await saveCheckpoint(session);
  if (!session.interrupted) return;
  session.lock?.release();
  throw interruption(session);
}

function interruption({ options }: Session): Error {
  return new DiagnosticError([
    diagnostic("P7009", "the run was interrupted", null, {
      help:
        options.out === null
          ? "give it an output directory to be able to resume"
          : "run the same command with `--resume` to go on from here",
    }),
  ]);
}
