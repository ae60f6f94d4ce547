import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import type { Network } from "../../../core/network/types.js";
import { cutMaskState } from "../../../core/masks/state.js";
import { dead } from "../../../core/masks/state.js";
import { addBias } from "../../../core/surgery/add-bias.js";
import { slim as planSlim, slimSlots, slimStore, type Slimming } from "../../../core/surgery/index.js";
import { rebuildExecutor } from "../host/executor.js";
import type { Session, SlimRecord } from "../host/session.js";
import type { Snapshot } from "./snapshot.js";

/** Takes channels out of all that the session holds: network, weights, optimizer state, masks, snapshots. */
export function cutAlong(session: Session, channels: Int32Array): void {
  const removed = new Set(channels);
  const { slimming, diagnostics } = planSlim(session.network, (channel) => removed.has(channel), {
    allowingCollapse: session.collapses,
  });
  if (slimming === null) throw new DiagnosticError(diagnostics);
  session.parameters = slimStore(slimming, session.parameters);
  session.slots = slimSlots(slimming, session.slots);
  cutMaskState(session.state, slimming.cut);
  for (const [name, snapshot] of session.snapshots)
    session.snapshots.set(name, cutSnapshot(snapshot, slimming));
  // What went with an emptied branch is dead from now on, for all that count.
  for (let channel = 0; channel < session.state.channels.length; channel++)
    if (slimming.isDead(channel)) session.state.channels[channel] = dead;
  session.network = slimming.network;
  session.evaluated = null;
  rebuildExecutor(session);
}

function cutSnapshot(snapshot: Snapshot, slimming: Slimming): Snapshot {
  const weights = new Map<string, Float32Array>();
  for (const [key, values] of snapshot.weights) {
    const kept = slimming.cut(key, values);
    if (kept) weights.set(key, kept);
  }
  cutMaskState(snapshot.state, slimming.cut);
  return { ...snapshot, weights, slots: slimSlots(slimming, snapshot.slots) };
}

/** Does to a freshly loaded network what an earlier process did; the values come from the checkpoint. */
export function replaySlim(session: Session, record: SlimRecord): void {
  for (const index of record.biases) {
    const grown = addBias(session.network, index);
    session.network = grown.network;
    const weight = grown.network.layers[index]?.weights.find(({ key }) => key === grown.key);
    if (!grown.added || weight === undefined) continue;
    const { key, shape, trainable } = weight;
    session.parameters.set(key, { key, shape, trainable, data: new Float32Array(shape[0] ?? 0) });
  }
  for (const channel of record.channels) session.state.channels[channel] = dead;
  cutAlong(session, record.channels);
  session.slims.push(record);
}

/** Whether a record names layers of the network and whole removable units, and nothing else. */
export function canSlim(network: Network, { channels, biases }: SlimRecord): boolean {
  const removed = new Set(channels);
  const known = network.units.filter(({ root }) => removed.has(root));
  const whole = known.every((unit) => unit.channels.every((channel) => removed.has(channel)));
  const count = known.reduce((sum, unit) => sum + unit.channels.length, 0);
  return whole && count === removed.size && biases.every((layer) => network.layers[layer] !== undefined);
}
