import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { foldGates } from "../../../core/gates/fold.js";
import { harden } from "../../../core/masks/harden.js";
import { cutMaskState, dead, latent, living, soft, touch } from "../../../core/masks/state.js";
import type { Network } from "../../../core/network/types.js";
import { absorb, addBias } from "../../../core/surgery/absorb.js";
import { shiftKernel, shiftNetwork, shiftSlimming } from "../../../core/surgery/shift.js";
import { slim as planSlim, slimSlots, slimStore, type Slimming } from "../../../core/surgery/slim.js";
import { kernelOf, tapsOf, type Taps } from "../../../core/surgery/taps.js";
import type { SlimSpec } from "../../helpers.js";
import { rebuildExecutor } from "../host/engine.js";
import type { Session, SlimRecord } from "../host/session.js";
import { calibrationBatches } from "../phase/batches.js";
import { counted, grouped, logDiagnostic, logNote } from "../report/log.js";
import type { Snapshot } from "./snapshots.js";
import type { Told } from "./step.js";

/**
 * Removes what is dead: network, weights, optimizer state, masks and snapshots are cut together; training goes on. Units that
 * died softly or latently are held first, learned gates become part of the weights; channels that became constant by themselves are taken up by what reads them.
 * Convolutions that read every input channel at one tap become a shift and a 1×1 convolution, unless `keepsTaps`.
 */
export async function slim(session: Session, _id: number, { keepsTaps }: SlimSpec = {}): Promise<Told> {
  const before = size(session);
  await holdFirst(session);
  const gated = foldGates(session);
  if (gated > 0) logNote(session, `slim multiplied gates into ${counted(gated, "weights")}`);
  const biases = absorbConstants(session);
  const channels = removable(session);
  cutAlong(session, channels);
  const shifts = keepsTaps === true ? new Int32Array(0) : writeShifts(session);
  session.slims.push({ biases, channels, shifts });
  session.checkpointWanted = true;
  const shifted =
    shifts.length === 0 ? "" : `, ${counted(shifts.length, "convolutions")} written as a shift and a 1×1 one`;
  return `${counted(channels.length, "channels")} taken out${shifted}, parameters ${grouped(before)} → ${grouped(size(session))}`;
}

const size = ({ parameters }: Session): number =>
  [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);

/** Holds what was free to grow back, and says by how much that moves the output. */
async function holdFirst(session: Session): Promise<void> {
  const before = await probe(session);
  const units = session.network.units.filter(({ root }) => isFree(session.state.channels[root])).length;
  const { elements } = harden(session);
  if (units + elements === 0) return;
  session.executor.upload();
  const after = await probe(session);
  const moved = before?.map((value, i) => Math.abs(value - (after?.[i] ?? value)));
  const by = moved ? `, which moved the output by at most ${Math.max(0, ...moved).toPrecision(3)}` : "";
  const held = [
    ...(units > 0 ? [counted(units, "units")] : []),
    ...(elements > 0 ? [counted(elements, "weights")] : []),
  ];
  logNote(session, `slim held ${held.join(" and ")} free to grow back${by}`);
}

/** Whether something died softly or latently. */
const isFree = (code: number | undefined): boolean => code === soft || code === latent;

/** Outputs for one batch of training examples; none where nobody is told. */
async function probe(session: Session): Promise<number[] | null> {
  const { data, options, rehearsal } = session;
  const free = session.state.channels.some(isFree);
  const elements = [...session.state.elements.values()].some((codes) => codes.some(isFree));
  if (data === null || rehearsal !== null || !(free || elements)) return null;
  for await (const batch of calibrationBatches(data, {
    count: 1,
    size: 32,
    seed: options.seed,
    epoch: 1,
    key: 0,
  }))
    return session.executor.predict(batch.inputs).flatMap((output) => [...output.data]);
  return null;
}

/** Returns the layers that got a bias. */
function absorbConstants(session: Session): Int32Array {
  const { network, parameters, slots, state } = session;
  const taken = absorb(network, parameters, (channel) => state.channels[channel] === dead, slots);
  for (let channel = 0; channel < state.channels.length; channel++)
    if (taken.isDead(channel)) state.channels[channel] = dead;
  reviveCarriers(session);
  touch(state);
  session.network = taken.network;
  for (const one of taken.diagnostics) logDiagnostic(session, one);
  const indexOf = (key: string): number =>
    taken.network.layers.findIndex(({ weights }) => weights.some((weight) => weight.key === key));
  return Int32Array.from(taken.added, indexOf);
}

/** Kernels of others may have moved onto places of a carrier that a mask held: they are alive now. */
function reviveCarriers({ state, parameters }: Session): void {
  for (const [key, codes] of state.elements) {
    const data = parameters.get(key)?.data;
    if (data === undefined) continue;
    for (let i = 0; i < codes.length; i++) if (codes[i] === dead && data[i] !== 0) codes[i] = living;
  }
}

/** Channels of the dead units that are still in the network. */
function removable({ network, state }: Session): Int32Array {
  const units = network.units.filter(({ root }) => state.channels[root] === dead);
  return Int32Array.from(units.flatMap(({ channels }) => [...channels]));
}

/** Takes channels out of all that the session holds: network, weights, optimizer state, masks, snapshots. */
function cutAlong(session: Session, channels: Int32Array): void {
  const removed = new Set(channels);
  const { slimming, diagnostics } = planSlim(session.network, (channel) => removed.has(channel), {
    allowingCollapse: session.collapses,
  });
  if (slimming === null) throw new DiagnosticError(diagnostics);
  takeOver(session, slimming);
  // What went with an emptied branch is dead from now on, for all that count.
  for (let channel = 0; channel < session.state.channels.length; channel++)
    if (slimming.isDead(channel)) session.state.channels[channel] = dead;
  rebuildExecutor(session);
}

/** The session holds the smaller network, and all of its arrays cut along. */
function takeOver(session: Session, slimming: Slimming): void {
  session.parameters = slimStore(slimming, session.parameters);
  session.slots = slimSlots(slimming, session.slots);
  cutMaskState(session.state, slimming.cut);
  for (const [name, snapshot] of session.snapshots)
    session.snapshots.set(name, cutSnapshot(snapshot, slimming));
  session.network = slimming.network;
  session.evaluated = [];
}

/** Returns the layers (indices before) of which masks left one tap for each input channel, and that got smaller by it. */
function writeShifts(session: Session): Int32Array {
  const { layers } = session.network;
  const shifts: number[] = [];
  // From the last: a shift moves up what stands behind it.
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    const kernel = layer && kernelOf(layer);
    const taps = kernel ? tapsOf(kernel, session.state.elements.get(kernel.key)) : null;
    if (taps !== null && writeShift(session, index, () => taps)) shifts.push(index);
  }
  if (shifts.length > 0) rebuildExecutor(session);
  return Int32Array.from(shifts);
}

/** False where the layer is none that can be written so. */
function writeShift(session: Session, index: number, tapsFor: (inputs: number) => Taps): boolean {
  const shifted = shiftNetwork(session.network, index);
  if (shifted === null) return false;
  const taps = tapsFor(shifted.before.shape[2] ?? 0);
  takeOver(session, shiftSlimming(shifted, taps));
  const { parameter, codes } = shiftKernel(shifted, taps);
  session.parameters.set(parameter.key, parameter);
  session.state.elements.set(parameter.key, codes);
  return true;
}

function cutSnapshot(snapshot: Snapshot, slimming: Slimming): Snapshot {
  const weights = new Map<string, Float32Array>();
  for (const [key, values] of snapshot.weights) {
    const kept = slimming.cut(key, values);
    if (kept) weights.set(key, kept);
  }
  // Whoever else holds the snapshot, to undo this, needs its maps as they are.
  const { elements, last, start, shared } = snapshot.state;
  const state = {
    ...snapshot.state,
    // They are part of the weights by now.
    gates: new Map(),
    elements: new Map(elements),
    last: new Map(last),
    start: new Map(start),
    shared: new Map(shared),
  };
  cutMaskState(state, slimming.cut);
  return { ...snapshot, weights, state, slots: slimSlots(slimming, snapshot.slots) };
}

/**
 * Does to a freshly loaded network what an earlier process did; the values come from the checkpoint. False where a layer cannot have
 * become a shift.
 */
export function replaySlim(session: Session, record: SlimRecord): boolean {
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
  for (const index of record.shifts)
    if (!writeShift(session, index, (inputs) => new Int32Array(inputs))) return false;
  if (record.shifts.length > 0) rebuildExecutor(session);
  session.slims.push(record);
  return true;
}

/** Whether a record names layers of the network and whole removable units, and nothing else. */
export function canSlim(network: Network, { channels, biases }: Omit<SlimRecord, "shifts">): boolean {
  const removed = new Set(channels);
  const known = network.units.filter(({ root }) => removed.has(root));
  const whole = known.every((unit) => unit.channels.every((channel) => removed.has(channel)));
  const count = known.reduce((sum, unit) => sum + unit.channels.length, 0);
  return whole && count === removed.size && biases.every((layer) => network.layers[layer] !== undefined);
}
