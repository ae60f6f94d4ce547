import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { raise } from "../../core/diagnostics/create.js";
import { Journal } from "../run/host/journal.js";
import type { Session } from "../run/host/session.js";
import { canSlim, replaySlim } from "../run/steps/slim.js";
import { Stopwatch } from "../run/host/journal.js";
import { checkIdentity, identityOf } from "./identity.js";
import { checkpointSchema } from "./schema.js";
import type { CheckpointState } from "./schema.js";
import type { Checkpoint } from "./store.js";
import { TensorReader } from "./tensors.js";

let compiled: ValidateFunction<CheckpointState> | undefined;
function isState(state: unknown): state is CheckpointState {
  compiled ??= new Ajv2020({ strict: false }).compile<CheckpointState>(checkpointSchema);
  return compiled(state);
}

/**
 * Puts a fresh session where a checkpoint stood: the slims are replayed over the loaded network, then every array is taken over
 * after its length was checked. The program then runs from the top, past all that the journal holds.
 * @throws DiagnosticError P7002, P7003
 */
export function restoreCheckpoint(session: Session, checkpoint: Checkpoint): void {
  const { state } = checkpoint;
  if (!isState(state)) damaged("its state is not understood");
  checkIdentity(state.identity, identityOf(session));
  const tensors = new TensorReader(checkpoint.tensors);

  session.collapses = state.collapses;
  session.keepsMomentum = state.keepsMomentum;
  for (let i = 0; i < state.slims; i++) {
    const channels = tensors.integers(`slim ${i} channels`);
    const biases = tensors.integers(`slim ${i} biases`);
    if (channels === null || biases === null) damaged("a slim is missing");
    if (!canSlim(session.network, { channels, biases })) damaged("a slim does not fit the network");
    replaySlim(session, { channels, biases });
  }
  restoreTensors(session, state, tensors);

  Object.assign(session.clock, state.clock);
  session.journal = new Journal(state.journal);
  session.optimizer = state.optimizer;
  session.resumes = state.phase;
  for (const [id, sums] of tensors.accumulated()) session.resumedSums.set(id, sums);
  for (const [id, times] of state.phases) session.phases.set(id, times);
  Object.assign(session.record, state.record);
  session.baselines = state.baselines;
  session.startedAt = state.timing.startedAt;
  session.stopwatch = new Stopwatch(state.timing.seconds);
  session.lastCheckpoint = { seconds: state.timing.seconds, step: state.clock.step };
}

function restoreTensors(session: Session, state: CheckpointState, tensors: TensorReader): void {
  const moment = (at: string, start: Map<string, Float32Array>) => {
    const kept = tensors.moment(at, start, state.keepsLast);
    if (kept.state.channels.length !== session.state.channels.length)
      damaged("its masks are of another network");
    for (const arrays of [kept.weights, kept.state.elements, kept.state.last, start])
      for (const [key, values] of arrays) checkSize(session, key, values);
    for (const [key, named] of kept.slots)
      for (const values of Object.values(named)) checkSize(session, key, values);
    return kept;
  };
  const weights = tensors.floats("weights|");
  for (const [key, { data }] of session.parameters) {
    const values = weights.get(key);
    if (values?.length !== data.length) damaged(`\`${key}\` is missing or has another size`);
    data.set(values);
  }
  const { slots, state: masks } = moment("", tensors.floats("start|"));
  session.slots = slots;
  session.state = masks;
  for (const [i, { name, optimizer }] of state.snapshots.entries())
    session.snapshots.set(name, { ...moment(`snapshot ${i}|`, new Map()), optimizer });
  session.executor.upload();
}

/** Every array by weight key has its weight's length. */
function checkSize(session: Session, key: string, { length }: Float32Array | Uint8Array): void {
  if (session.parameters.get(key)?.data.length !== length)
    damaged(`what it keeps of \`${key.slice(0, 80)}\` has another size`);
}

function damaged(why: string): never {
  raise("P7003", `the checkpoint is damaged: ${why}`, { help: "start anew, without `--resume`" });
}
