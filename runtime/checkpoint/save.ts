import { tell } from "../run/report/log.js";
import type { Session } from "../run/host/session.js";
import { identityOf } from "./identity.js";
import type { CheckpointState } from "./state.js";
import { putSlots, putState, putWeights, type TensorMap } from "./tensors.js";

/** Writes the whole run as it stands. Call it only at moments it can be resumed from (`pause`). */
export async function saveCheckpoint(session: Session): Promise<void> {
  const { store, clock, stopwatch } = session;
  if (store === null) return;
  await store.write({ state: stateOf(session), tensors: tensorsOf(session) });
  session.checkpointWanted = false;
  session.lastCheckpoint = { seconds: stopwatch.seconds(), step: clock.step };
  tell(session, { kind: "checkpoint", step: clock.step });
}

function stateOf(session: Session): CheckpointState {
  return {
    identity: identityOf(session),
    clock: { ...session.clock },
    journal: session.journal.results,
    optimizer: session.optimizer,
    phase: session.phase?.progress ?? null,
    phases: [...session.phases],
    snapshots: [...session.snapshots].map(([name, { optimizer }]) => ({ name, optimizer })),
    keepsLast: session.state.keepsLast,
    slims: session.slims.length,
    collapses: session.collapses,
    keepsMomentum: session.keepsMomentum,
    record: session.record,
    timing: { startedAt: session.startedAt, seconds: session.stopwatch.seconds() },
  };
}

function tensorsOf(session: Session): TensorMap {
  const tensors: TensorMap = new Map();
  putWeights(tensors, "", new Map([...session.parameters].map(([key, { data }]) => [key, data])));
  putSlots(tensors, "", session.slots);
  putState(tensors, "", session.state, true);
  [...session.snapshots.values()].forEach((snapshot, i) => {
    putWeights(tensors, `snapshot ${i}|`, snapshot.weights);
    putSlots(tensors, `snapshot ${i}|`, snapshot.slots);
    putState(tensors, `snapshot ${i}|`, snapshot.state, false);
  });
  for (const [id, { steps, sums }] of session.phase?.training.sums() ?? [])
    tensors.set(`accumulated ${id} ${steps}`, { shape: [sums.length], data: sums });
  session.slims.forEach(({ channels, biases }, i) => {
    tensors.set(`slim ${i} channels`, { shape: [channels.length], data: channels });
    tensors.set(`slim ${i} biases`, { shape: [biases.length], data: biases });
  });
  return tensors;
}
