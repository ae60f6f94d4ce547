import { copyState } from "../../../core/masks/state.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import type { RunRecord } from "../report/log.js";
import { takeSnapshot, type Snapshot } from "../steps/snapshots.js";
import { storeOf } from "../steps/while.js";
import { rebuildExecutor } from "./engine.js";
import { Journal } from "./journal.js";
import type { Session } from "./session.js";

/**
 * All that a run consists of between two statements, so that it can be gone back to: weights, masks, structure, optimizer, what names
 * the draws, marks, and what conditions and reports remember. What did not change since another moment is shared with it.
 */
export interface Moment {
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly snapshot: Snapshot;
  readonly plain: Plain;
  readonly record: RunRecord;
  readonly marks: ReadonlyMap<string, Snapshot>;
  readonly slims: Session["slims"];
  readonly phases: Session["phases"];
  readonly journal: Journal["results"];
}

/** Fields of a session that are replaced whole, or are copied whole. */
type Plain = Pick<
  Session,
  "losses" | "baselines" | "evaluated" | "collapses" | "keepsMomentum" | "aligned" | "clock"
>;

/** The run as it stands. `before`: a moment that most arrays are like. */
export function takeMoment(session: Session, before?: Moment): Moment {
  const { network, parameters, slims, phases, journal, snapshots, state } = session;
  const { losses, baselines, evaluated, collapses, keepsMomentum, aligned, clock } = session;
  const taken = takeSnapshot(session);
  const weights = before === undefined ? taken.weights : shared(taken.weights, before.snapshot.weights);
  const slots = new Map(
    [...taken.slots].map(([key, named]) => {
      const those = new Map(Object.entries(before?.snapshot.slots.get(key) ?? {}));
      return [key, Object.fromEntries(shared(new Map(Object.entries(named)), those))] as const;
    }),
  );
  return {
    network,
    parameters: storeOf(parameters, weights),
    snapshot: { ...taken, weights, slots, state: { ...taken.state, start: new Map(state.start) } },
    plain: {
      losses,
      baselines: structuredClone(baselines),
      evaluated,
      collapses,
      keepsMomentum,
      aligned,
      clock: { ...clock },
    },
    record: recordOf(session.record),
    marks: new Map(snapshots),
    slims: [...slims],
    phases: new Map(phases),
    journal: [...journal.results],
  };
}

/** Puts the run back to a moment, which may be gone back to again. What was under way is dropped. */
export function goToMoment(session: Session, moment: Moment): void {
  session.phase?.teacher?.dispose();
  const { network, snapshot, plain, record, marks, slims, phases, journal } = moment;
  const sameShape =
    session.network === network && JSON.stringify(session.losses) === JSON.stringify(plain.losses);
  if (sameShape)
    for (const [key, { data }] of session.parameters) data.set(moment.parameters.get(key)?.data ?? []);
  else session.parameters = copyOf(moment.parameters);
  const { slots, state, optimizer } = snapshot;
  Object.assign(session, {
    network,
    slots: structuredClone(slots),
    state: copyState(state, new Map(state.start)),
    optimizer,
    ...plain,
    baselines: structuredClone(plain.baselines),
    clock: { ...plain.clock },
    journal: new Journal(journal, journal.length),
    phase: null,
    interrupted: false,
    stopped: false,
  });
  Object.assign(session.record, recordOf(record));
  replace(session.snapshots, marks);
  replace(session.phases, phases);
  session.slims.splice(0, Infinity, ...slims);
  session.repeats.length = 0;
  session.lastGood.clear();
  session.searches.clear();
  session.rehearsal = null;
  if (sameShape) session.executor.upload();
  else rebuildExecutor(session);
}

const copyOf = (parameters: ParameterStore): ParameterStore =>
  new Map([...parameters].map(([key, one]) => [key, { ...one, data: one.data.slice() }] as const));

const recordOf = (record: RunRecord): RunRecord => ({
  ...record,
  events: [...record.events],
  history: [...record.history],
  notes: [...record.notes],
  searches: [...record.searches],
});

function replace<K, V>(map: Map<K, V>, by: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

/** The arrays, with those of before in the place of equal ones. */
const shared = (
  now: ReadonlyMap<string, Float32Array>,
  before: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, Float32Array> =>
  new Map(
    [...now].map(([key, data]) => {
      const other = before.get(key);
      return [key, other !== undefined && same(data, other) ? other : data] as const;
    }),
  );

/** Bit for bit. */
function same(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  const [one, other] = [bits(a), bits(b)];
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

const bits = ({ buffer, byteOffset, length }: Float32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);
