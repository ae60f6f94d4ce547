import { isOfPenalty } from "../../core/parameters.js";
import { guardOf } from "../../core/gates/guard.js";
import type { OwnAtWork } from "../../core/expr/own-units.js";
import { gateKind, isGateName } from "../../core/gates/registry.js";
import type { GateKind } from "../../core/gates/types.js";
import { ownAtWork } from "../own/at-work.js";
import { blocksOf, lengthOf } from "../../core/gates/values.js";
import { gateKey, type GateFacts, type Gates } from "../../core/gates/state.js";
import { Shapes } from "../../core/ir/schemas.js";
import { layersWithoutTimes } from "../../core/latency/model.js";
import type { Network } from "../../core/network/types.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { changedFunctions } from "../own/functions.js";
import { Journal } from "../run/host/journal.js";
import type { Session } from "../run/host/session.js";
import { useTable } from "../run/report/latency.js";
import { canSlim, replaySlim } from "../run/steps/slim.js";
import type { KeptTeacher } from "../run/steps/snapshots.js";
import { storeOf } from "../run/steps/while.js";
import { Stopwatch } from "../run/host/journal.js";
import { checkIdentity, identityOf } from "./identity.js";
import { checkpointSchema } from "./schema.js";
import type { CheckpointState } from "./schema.js";
import type { Checkpoint } from "./checkpoints.js";
import { TensorReader } from "./tensors.js";

const states = new Shapes(() => checkpointSchema);
const isState = (state: unknown): state is CheckpointState => states.fits(state);

/** Steps of training that a checkpoint holds; null where it cannot be understood. */
export const stepOf = ({ state }: Checkpoint): number | null => (isState(state) ? state.clock.step : null);

/**
 * Puts a fresh session where a checkpoint stood: the slims are replayed over the loaded network, then every array is taken over
 * after its length was checked. The program then runs from the top, past all that the journal holds.
 * Gives what is to be told of it.
 * @throws DiagnosticError P7002, P7003
 */
export function restoreCheckpoint(session: Session, checkpoint: Checkpoint): readonly Diagnostic[] {
  const { state } = checkpoint;
  if (!isState(state)) damaged("its state is not understood");
  checkIdentity(state.identity, identityOf(session), session.options.beginning);
  const tensors = new TensorReader(checkpoint.tensors);

  session.collapses = state.collapses;
  session.keepsMomentum = state.keepsMomentum;
  session.aligned = state.aligned;
  if (state.latencyTable !== undefined) {
    if (layersWithoutTimes(session.loaded, state.latencyTable).length > 0)
      damaged("its times of layers are of another network");
    useTable(session, state.latencyTable);
  }
  const bodies: Body[] = [];
  const named = [...state.snapshots, ...state.loops.flatMap(({ snapshots }) => snapshots)];
  const teachers = new Set(named.map(({ teacher }) => teacher?.slims));
  for (let i = 0; ; i++) {
    // What a pass of a loop began with is of the network after so many slims.
    if (state.loops.some(({ slims }) => slims === i) || teachers.has(i))
      bodies[i] = { network: session.network, parameters: new Map(session.parameters) };
    if (i === state.slims) break;
    const channels = tensors.integers(`slim ${i} channels`);
    const biases = tensors.integers(`slim ${i} biases`);
    const shifts = tensors.integers(`slim ${i} shifts`);
    if (channels === null || biases === null || shifts === null) damaged("a slim is missing");
    const record = { channels, biases, shifts };
    if (!canSlim(session.network, record) || !replaySlim(session, record))
      damaged("a slim does not fit the network");
  }
  restoreTensors(session, state, tensors, bodies);

  Object.assign(session.clock, state.clock);
  session.journal = new Journal(state.journal);
  session.optimizer = state.optimizer;
  session.resumes = state.phase;
  for (const [id, sums] of tensors.accumulated()) session.resumedSums.set(id, sums);
  for (const [id, times] of state.phases) session.phases.set(id, times);
  Object.assign(session.record, state.record);
  for (const { id, ...one } of state.searches) session.searches.set(id, { ...one, trials: [...one.trials] });
  session.baselines = state.baselines;
  session.startedAt = state.timing.startedAt;
  session.stopwatch = new Stopwatch(state.timing.seconds);
  session.lastCheckpoint = { seconds: state.timing.seconds, step: state.clock.step };
  return changedFunctions(session.options.functions, state.functions);
}

function restoreTensors(
  session: Session,
  state: CheckpointState,
  tensors: TensorReader,
  bodies: readonly Body[],
): void {
  const { gates } = state;
  const own = ownAtWork(session.options.functions);
  const now = restoreState(session, tensors, {
    state,
    at: "",
    gates,
    snapshots: state.snapshots,
    bodies,
    own,
  });
  for (const [key, { data }] of session.parameters) data.set(now.weights.get(key) ?? []);
  session.slots = now.slots;
  session.state = now.state;
  for (const [name, snapshot] of now.snapshots) session.snapshots.set(name, snapshot);
  for (const [i, { id, optimizer, gates: before, snapshots, ...good }] of state.loops.entries()) {
    const body = bodies[good.slims] ?? damaged("a pass began after slims that are not there");
    const { snapshots: kept, ...moment } = restoreState(body, tensors, {
      state,
      at: `loop ${i}|`,
      gates: before,
      snapshots,
      bodies,
      own,
    });
    const parameters = storeOf(body.parameters, moment.weights);
    session.lastGood.set(id, {
      ...good,
      ...body,
      parameters,
      moment: { ...moment, optimizer },
      snapshots: kept,
      evaluated: [],
    });
  }
  session.executor.upload();
}

type Body = Pick<Session, "network" | "parameters">;

/** The arrays of a moment and of the snapshots kept at it; every one by weight key has its weight's length in `parameters`. */
function restoreState(
  { network, parameters }: Body,
  tensors: TensorReader,
  {
    state,
    at,
    gates,
    snapshots,
    bodies,
    own,
  }: {
    readonly state: Pick<CheckpointState, "keepsLast">;
    readonly at: string;
    readonly gates: CheckpointState["gates"];
    readonly snapshots: CheckpointState["snapshots"];
    /** The network after so many slims, where something is of it. */
    readonly bodies: readonly Body[];
    readonly own: OwnAtWork;
  },
) {
  const kindOf = ({ name, own: inJavaScript }: GateFacts): GateKind => {
    if (inJavaScript === true) return own.gate(name, false);
    return isGateName(name) ? gateKind(name) : damaged("its gates are of no known kind");
  };
  const moment = (prefix: string, start: Map<string, Float32Array>, facts: CheckpointState["gates"]) => {
    const known = facts.map((one) => ({ ...one, kind: kindOf(one) }));
    const kept = tensors.moment(prefix, start, state.keepsLast, known);
    if (kept.state.channels.length !== network.channels.count) damaged("its masks are of another network");
    const named = [...kept.slots].flatMap(([key, slots]) =>
      Object.values(slots).map((s) => [key, s] as const),
    );
    const ofGates = new Map(
      [...kept.state.gates.values()].flatMap(
        (one) => gateArrays(network, one) ?? damaged("its gates do not fit"),
      ),
    );
    const sizeOf = (key: string): number | undefined =>
      parameters.get(key)?.data.length ?? ofGates.get(key)?.length ?? (isOfPenalty(key) ? 1 : undefined);
    const { elements, last, shared } = kept.state;
    for (const arrays of [kept.weights, elements, last, shared, start, named])
      for (const [key, { length }] of arrays)
        if (sizeOf(key) !== length) damaged(`what it keeps of \`${key.slice(0, 80)}\` has another size`);
    for (const clusters of kept.state.shared.values())
      if (clusters.some((cluster) => cluster < 0 || cluster > clusters.length))
        damaged("it numbers shared values that cannot be");
    return kept;
  };
  const now = moment(at, tensors.floats(`${at}start|`), gates);
  for (const key of parameters.keys()) if (!now.weights.has(key)) damaged(`\`${key}\` is missing`);
  const kept = snapshots.map(({ name, optimizer, gates: then, teacher }, i) => {
    const prefix = `${at}snapshot ${i}|`;
    const taught = teacher && restoreTeacher(bodies, teacher.slims, tensors.floats(`${prefix}teacher|`));
    const snapshot = { ...moment(prefix, new Map(), then), optimizer };
    return [name, { ...snapshot, ...(taught && { teacher: taught }) }] as const;
  });
  return { ...now, snapshots: new Map(kept) };
}

/** A network that a phase learns from, as it stood after so many slims. */
function restoreTeacher(
  bodies: readonly Body[],
  slims: number,
  values: ReadonlyMap<string, Float32Array>,
): KeptTeacher {
  const body = bodies[slims] ?? damaged("a teacher was kept after slims that are not there");
  for (const [key, { data }] of body.parameters)
    if (values.get(key)?.length !== data.length) damaged("its teacher is of another network");
  return { network: body.network, parameters: storeOf(body.parameters, values), slims };
}

/** The parameters of gates by their keys; null where they are not those of their kind and units. */
function gateArrays(network: Network, { params, ...facts }: Gates): [string, Float32Array][] | null {
  const known = new Set(network.layers.map(({ path }) => path));
  const { structure } = facts;
  if (structure === "layers" || structure === "gates" || !facts.layers.every((path) => known.has(path)))
    return null;
  const blocks = blocksOf(facts.kind, guardOf(network, facts), facts.args);
  const arrays = [...blocks].map(([name, own]) => [gateKey(facts.id, name), params[name], own] as const);
  return arrays.some(([, data, own]) => data?.length !== lengthOf(own))
    ? null
    : arrays.flatMap(([key, data]): [string, Float32Array][] => (data === undefined ? [] : [[key, data]]));
}

function damaged(why: string): never {
  raise("P7003", `the checkpoint is damaged: ${why}`, { help: "begin anew with `--restart`" });
}
