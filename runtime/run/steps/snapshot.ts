import { copyState } from "./copy-state.js";
import { dead, newMaskState, type MaskState } from "../../../core/masks/state.js";
import type { Slots } from "../../../core/parameters.js";
import { noOptimizer, type OptimizerState } from "../phase/optimizer-state.js";
import type { Session } from "../host/session.js";

/** A moment that a rewind may go back to. Cut along by every `slim` after it, so that it always fits the network as it stands. */
export interface Snapshot {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly slots: Slots;
  /** Without the values as loaded: the run has them. */
  readonly state: MaskState;
  readonly optimizer: OptimizerState;
}

export const markName = (name: string): string => `mark ${name}`;
export const phaseName = (id: number, step: number): string => `phase ${id} ${step}`;

/** A copy of the run as it stands. */
export function takeSnapshot(session: Session): Snapshot {
  return {
    weights: new Map([...session.parameters].map(([key, { data }]) => [key, data.slice()])),
    slots: copySlots(session.slots),
    state: copyState(session.state, new Map()),
    optimizer: optimizerNow(session),
  };
}

/** The state of the optimizer, within a phase too: its rate stands where the next step would take it from. */
function optimizerNow({ phase, optimizer }: Session): OptimizerState {
  if (phase === null) return optimizer;
  const { chosen, updatesBefore, step } = phase.progress;
  return {
    optimizer: chosen.optimizer,
    updates: updatesBefore + step,
    rate: { ...chosen.rate, step: chosen.rate.step + step },
    continues: null,
    first: optimizer.first,
    batch: phase.batch,
  };
}

export function copySlots(slots: Slots): Slots {
  return new Map(
    [...slots].map(([key, named]) => [
      key,
      Object.fromEntries(Object.entries(named).map(([name, values]) => [name, values.slice()])),
    ]),
  );
}

/** The network as loaded, as far as `slim` has left of it. */
export function startSnapshot({ state, loaded, network }: Session): Snapshot {
  const masks = newMaskState(state.channels.length, { keepsLast: state.keepsLast });
  const there = new Set(network.units.map(({ root }) => root));
  for (const { root, channels } of loaded.units)
    if (!there.has(root)) for (const channel of channels) masks.channels[channel] = dead;
  return { weights: state.start, slots: new Map(), state: masks, optimizer: noOptimizer };
}

/** Keeps a moment under a name; one that is there already stays: `epoch 2` is of the first phase that ran it. */
export function keepSnapshot(session: Session, name: string): void {
  if (!session.snapshots.has(name)) session.snapshots.set(name, takeSnapshot(session));
}
