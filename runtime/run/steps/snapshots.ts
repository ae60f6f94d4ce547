import { raise } from "../../../core/diagnostics/create.js";
import { settle } from "../../../core/masks/hold.js";
import { maskedView } from "../../../core/masks/masked.js";
import { copyGates } from "../../../core/gates/state.js";
import { copyState, dead, newMaskState, type MaskState } from "../../../core/masks/state.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore, Slots } from "../../../core/parameters.js";
import { momentOf } from "../../../core/schedule/schedule.js";
import type { MarkSpec, RewindSpec } from "../../helpers.js";
import { timePoint } from "../../optimizers/rates.js";
import type { Session } from "../host/session.js";
import { optimizerAt } from "../phase/open-phase.js";
import { noOptimizer, type OptimizerState } from "../phase/optimizer.js";
import type { Told } from "./step.js";

/** A moment that a rewind may go back to. Cut along by every `slim` after it, so that it always fits the network as it stands. */
export interface Snapshot {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly slots: Slots;
  /** Without the values as loaded: the run has them. */
  readonly state: MaskState;
  readonly optimizer: OptimizerState;
  /** The network that this moment is of, uncut, where some phase learns from it. */
  readonly teacher?: KeptTeacher;
}

export interface KeptTeacher {
  readonly network: Network;
  /** As the network computed with them: nothing is latent, and gates are part of them. */
  readonly parameters: ParameterStore;
  /** How often the network had been slimmed. */
  readonly slims: number;
}

/** Of the network as loaded, where masks came with it. */
export const startName = "start";
export const markName = (name: string): string => `mark ${name}`;
export const phaseName = (id: number, step: number): string => `phase ${id} ${step}`;

/** Names this moment; a name given again moves to it. */
export function mark(session: Session, _id: number, name: string, { teaches }: MarkSpec = {}): Told {
  const snapshot = takeSnapshot(session);
  session.snapshots.set(markName(name), teaches ? { ...snapshot, teacher: keptTeacher(session) } : snapshot);
  session.checkpointWanted = true;
  return `this moment is \`${name}\``;
}

const keptTeacher = (session: Session): KeptTeacher => ({
  network: session.network,
  parameters: new Map(
    [...maskedView(session)].map(([key, one]) => [key, { ...one, data: one.data.slice() }]),
  ),
  slims: session.slims.length,
});

/** Keeps a moment under a name; one that is there already stays: `epoch 2` is of the first phase that ran it. */
export function keepSnapshot(session: Session, name: string): void {
  if (!session.snapshots.has(name)) session.snapshots.set(name, takeSnapshot(session));
}

/**
 * Back to an earlier moment, in what is named: `weights` (all variables, under the masks as they are now, and which of them shared
 * their values), `masks`, `optimizer`
 * (its state), `rate` (the next phase without an optimizer of its own continues the schedule from there), `gates` (learned ones).
 */
export function rewind(session: Session, _id: number, { what, to }: RewindSpec): Told {
  const { snapshot, name } = find(session, to);
  goTo(session, snapshot, what);
  return `${what.join(", ")} back to ${name}`;
}

/** What stands is again what stood at a moment, in what is named. */
export function goTo(session: Session, snapshot: Snapshot, what: RewindSpec["what"]): void {
  const { gates, shared, start } = session.state;
  if (what.includes("masks")) session.state = { ...copyState(snapshot.state, start), gates, shared };
  if (what.includes("gates")) rewindGates(session, snapshot);
  if (what.includes("weights")) {
    for (const [key, { data }] of session.parameters) {
      const values = snapshot.weights.get(key);
      if (values) data.set(values);
    }
    session.state = { ...session.state, shared: new Map(snapshot.state.shared) };
  }
  if (what.includes("optimizer")) {
    session.slots = structuredClone(snapshot.slots);
    const { optimizer, updates } = snapshot.optimizer;
    session.optimizer = { ...session.optimizer, optimizer, updates };
  }
  if (what.includes("rate")) {
    // Before the first phase there is no place on a schedule: its beginning is what comes next there.
    const { first } = session.optimizer;
    const { rate, optimizer } = snapshot.optimizer.rate
      ? snapshot.optimizer
      : { ...snapshot.optimizer, ...first };
    session.optimizer = {
      ...session.optimizer,
      optimizer: session.optimizer.optimizer ?? optimizer,
      rate: rate ?? session.optimizer.rate,
      continues: rate,
    };
  }
  settle(session);
}

/** Gates as they stood at a moment; one that was none then begins anew, and one that is part of the weights by now stays that. */
function rewindGates({ state }: Session, snapshot: Snapshot): void {
  for (const id of [...state.gates.keys()]) {
    const then = snapshot.state.gates.get(id);
    if (then === undefined) state.gates.delete(id);
    else state.gates.set(id, copyGates(then));
  }
}

function find(
  session: Session,
  to: RewindSpec["to"],
): { readonly snapshot: Snapshot; readonly name: string } {
  if (to === "start")
    return { snapshot: session.snapshots.get(startName) ?? startSnapshot(session), name: "the start" };
  const { key, name } = target(session, to);
  const snapshot = session.snapshots.get(key);
  if (snapshot) return { snapshot, name };
  raise("P7007", `${name} has not been reached`, {
    help: "rewind to a moment that the program passes before",
  });
}

function target(
  session: Session,
  to: Exclude<RewindSpec["to"], "start">,
): { readonly key: string; readonly name: string } {
  if ("mark" in to) return { key: markName(to.mark), name: `the mark \`${to.mark}\`` };
  const times = session.phases.get(to.phase);
  const point = timePoint(to.point);
  const name =
    "epochs" in point
      ? `epoch ${point.epochs}`
      : "steps" in point
        ? `step ${point.steps}`
        : `${100 * point.share}%`;
  return { key: phaseName(to.phase, times ? momentOf(point, times) : -1), name };
}

/** A copy of the run as it stands. */
export function takeSnapshot(session: Session): Snapshot {
  const { phase, optimizer } = session;
  return {
    weights: new Map([...session.parameters].map(([key, { data }]) => [key, data.slice()])),
    slots: structuredClone(session.slots),
    state: copyState(session.state, new Map()),
    // Within a phase the rate stands where the next step would take it from.
    optimizer: phase === null ? optimizer : optimizerAt(phase, optimizer, phase.progress.step),
  };
}

/** The network as loaded, as far as `slim` has left of it. */
function startSnapshot({ state, loaded, network }: Session): Snapshot {
  const masks = newMaskState(state.channels.length, { keepsLast: state.keepsLast });
  const there = new Set(network.units.map(({ root }) => root));
  for (const { root, channels } of loaded.units)
    if (!there.has(root)) for (const channel of channels) masks.channels[channel] = dead;
  return { weights: state.start, slots: new Map(), state: masks, optimizer: noOptimizer };
}
