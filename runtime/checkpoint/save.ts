import type { MaskState } from "../../core/masks/state.js";
import { tell } from "../run/report/log.js";
import type { Session } from "../run/host/session.js";
import type { Snapshot } from "../run/steps/snapshots.js";
import type { LastGood } from "../run/steps/while.js";
import { identityOf } from "./identity.js";
import type { CheckpointState } from "./schema.js";
import { fingerprints } from "../own/functions.js";
import { put, putAll, putMoment, type TensorMap } from "./tensors.js";

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
    functions: fingerprints(session.options.functions),
    clock: { ...session.clock },
    journal: session.journal.results,
    optimizer: session.optimizer,
    phase: session.phase?.progress ?? null,
    phases: [...session.phases],
    snapshots: namesOf(session.snapshots),
    loops: [...session.lastGood].map(([id, good]) => {
      const { moment, snapshots, slims, collapses, keepsMomentum, phases, baselines, dense, amounts } = good;
      const flags = { collapses, keepsMomentum, phases, baselines, dense, amounts };
      const gates = factsOf(moment.state);
      return { id, optimizer: moment.optimizer, gates, snapshots: namesOf(snapshots), slims, ...flags };
    }),
    keepsLast: session.state.keepsLast,
    gates: factsOf(session.state),
    slims: session.slims.length,
    collapses: session.collapses,
    keepsMomentum: session.keepsMomentum,
    aligned: session.aligned,
    ...(session.times && { latencyTable: session.times.table }),
    record: session.record,
    searches: [...session.searches].map(([id, one]) => ({ id, ...one })),
    baselines: session.baselines,
    timing: { startedAt: session.startedAt, seconds: session.stopwatch.seconds() },
  };
}

const namesOf = (snapshots: Session["snapshots"] | LastGood["snapshots"]) =>
  [...snapshots].map(([name, { optimizer, state, teacher }]) => ({
    name,
    optimizer,
    gates: factsOf(state),
    ...(teacher && { teacher: { slims: teacher.slims } }),
  }));

const factsOf = ({ gates }: MaskState) =>
  [...gates.values()].map(({ params: _, kind: _1, ...facts }) => facts);

function tensorsOf(session: Session): TensorMap {
  const { parameters, slots, state, snapshots, slims, phase } = session;
  const tensors: TensorMap = new Map();
  const weights = new Map([...parameters].map(([key, { data }]) => [key, data]));
  const putState = (at: string, moment: Omit<Snapshot, "optimizer">, kept: LastGood["snapshots"]): void => {
    putMoment(tensors, at, moment);
    putAll(tensors, `${at}start`, moment.state.start);
    [...kept.values()].forEach((snapshot, i) => {
      putMoment(tensors, `${at}snapshot ${i}|`, snapshot);
      for (const [key, { data }] of snapshot.teacher?.parameters ?? [])
        put(tensors, `${at}snapshot ${i}|teacher|${key}`, data);
    });
  };
  putState("", { weights, slots, state }, snapshots);
  [...session.lastGood.values()].forEach((good, i) => putState(`loop ${i}|`, good.moment, good.snapshots));
  for (const [id, { steps, sums }] of phase?.training.sums() ?? [])
    put(tensors, `accumulated ${id} ${steps}`, sums);
  slims.forEach(({ channels, biases, shifts }, i) => {
    put(tensors, `slim ${i} channels`, channels);
    put(tensors, `slim ${i} biases`, biases);
    put(tensors, `slim ${i} shifts`, shifts);
  });
  return tensors;
}
