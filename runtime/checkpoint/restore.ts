import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { Journal } from "../run/host/journal.js";
import type { Session } from "../run/host/session.js";
import { canSlim, replaySlim } from "../run/steps/slim.js";
import { Stopwatch } from "../run/host/journal.js";
import { checkIdentity, identityOf } from "./identity.js";
import { checkpointSchema } from "./schema.js";
import type { CheckpointState } from "./state.js";
import type { Checkpoint } from "./store.js";
import type { MaskState } from "../../core/masks/state.js";
import type { Slots } from "../../core/parameters.js";
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
  if (!isState(state)) throw damaged("its state is not understood");
  checkIdentity(state.identity, identityOf(session));
  const tensors = new TensorReader(checkpoint.tensors);

  session.collapses = state.collapses;
  session.keepsMomentum = state.keepsMomentum;
  for (let i = 0; i < state.slims; i++) {
    const channels = tensors.integers(`slim ${i} channels`);
    const biases = tensors.integers(`slim ${i} biases`);
    if (channels === null || biases === null) throw damaged("a slim is missing");
    if (!canSlim(session.network, { channels, biases })) throw damaged("a slim does not fit the network");
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
  session.startedAt = state.timing.startedAt;
  session.stopwatch = new Stopwatch(state.timing.seconds);
  session.lastCheckpoint = { seconds: state.timing.seconds, step: state.clock.step };
}

function restoreTensors(session: Session, state: CheckpointState, tensors: TensorReader): void {
  const weights = tensors.floats("weights|");
  for (const [key, { data }] of session.parameters) {
    const values = weights.get(key);
    if (values?.length !== data.length) throw damaged(`\`${key}\` is missing or has another size`);
    data.set(values);
  }
  session.slots = checkSlots(session, tensors.slots(""));
  const start = checkSizes(session, tensors.floats("start|"));
  session.state = checkMasks(session, tensors.state("", start, state.keepsLast));
  state.snapshots.forEach(({ name, optimizer }, i) => {
    const at = `snapshot ${i}|`;
    session.snapshots.set(name, {
      weights: checkSizes(session, tensors.floats(`${at}weights|`)),
      slots: checkSlots(session, tensors.slots(at)),
      state: checkMasks(session, tensors.state(at, new Map(), state.keepsLast)),
      optimizer,
    });
  });
  session.executor.upload();
}

/** Every array by weight key has its weight's length. */
function checkSizes<A extends Float32Array | Uint8Array>(
  session: Session,
  arrays: Map<string, A>,
): Map<string, A> {
  for (const [key, values] of arrays) {
    if (session.parameters.get(key)?.data.length !== values.length)
      throw damaged(`what it keeps of \`${key.slice(0, 80)}\` has another size`);
  }
  return arrays;
}

function checkSlots(session: Session, slots: Slots): Slots {
  for (const [key, named] of slots)
    for (const values of Object.values(named)) checkSizes(session, new Map([[key, values]]));
  return slots;
}

function checkMasks(session: Session, state: MaskState): MaskState {
  if (state.channels.length !== session.state.channels.length)
    throw damaged("its masks are of another network");
  checkSizes(session, state.elements);
  checkSizes(session, state.last);
  return state;
}

const damaged = (why: string): Error =>
  new DiagnosticError([
    diagnostic("P7003", `the checkpoint is damaged: ${why}`, null, {
      help: "start anew, without `--resume`",
    }),
  ]);
