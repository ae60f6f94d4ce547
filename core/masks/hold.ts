import type { Body } from "./kill.js";
import { heldPlaces } from "./held-places.js";
import { flaggedRuns, isVariance, weightsOf } from "../units/places.js";
import { dead, frozen, latent, living, soft, touch, valuesOf } from "./state.js";

/**
 * What keeps the dead dead around an update of the optimizer. Held elements and channels, with their optimizer state, go back to
 * zero after it; latent ones show the optimizer the weight underneath and are zero for the forward pass again afterwards.
 */

/** Before the update: puts the values underneath latent elements and channels in place. Returns the keys it changed. */
export function reveal(body: Body): ReadonlySet<string> {
  const { parameters, state } = body;
  const changed = new Set<string>();
  if (state.hidden.size === 0) return changed;
  for (const [key, codes] of state.elements) {
    const data = parameters.get(key)?.data;
    const hidden = state.hidden.get(key);
    if (data === undefined || hidden === undefined) continue;
    for (let i = 0; i < codes.length; i++) if (codes[i] === latent) data[i] = hidden[i] ?? 0;
    changed.add(key);
  }
  channelRuns(body, latent, (key, data, from, to) => {
    const hidden = state.hidden.get(key);
    if (hidden !== undefined) data.set(hidden.subarray(from, to), from);
    changed.add(key);
  });
  return changed;
}

/**
 * After the update. `keepsMomentum`: optimizer state of dead elements stays dense (a `regrow … by abs(m)` reads it). What died
 * softly is living from now on. Returns the keys it changed.
 */
export function hold(body: Body, keepsMomentum = false): ReadonlySet<string> {
  const changed = new Set<string>();
  const places = heldPlaces(body);
  zero(body, places.elements, !keepsMomentum, changed);
  zero(body, places.channels, true, changed);
  for (const key of places.special) {
    holdSpecial(body, key, keepsMomentum);
    changed.add(key);
  }
  if (places.specialChannels) holdSpecialChannels(body, changed);
  return changed;
}

function zero(
  { parameters, slots }: Body,
  places: ReadonlyMap<string, Int32Array>,
  withState: boolean,
  changed: Set<string>,
): void {
  for (const [key, indices] of places) {
    const data = parameters.get(key)?.data;
    if (data === undefined) continue;
    clear(data, indices);
    if (withState) for (const slot of Object.values(slots.get(key) ?? {})) clear(slot, indices);
    changed.add(key);
  }
}

function clear(values: Float32Array, indices: Int32Array): void {
  for (let n = 0; n < indices.length; n++) values[indices[n] ?? 0] = 0;
}

function holdSpecial({ parameters, slots, state }: Body, key: string, keepsMomentum: boolean): void {
  const data = parameters.get(key)?.data;
  const codes = state.elements.get(key);
  if (data === undefined || codes === undefined) return;
  const states = keepsMomentum ? [] : Object.values(slots.get(key) ?? {});
  const hidden = codes.includes(latent) ? valuesOf(state.hidden, key, data.length) : undefined;
  const start = state.start.get(key);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === soft) {
      codes[i] = living;
      touch(state);
    } else if (code === frozen) {
      data[i] = start?.[i] ?? 0;
      for (const slot of states) slot[i] = 0;
    } else if (code === latent) {
      if (hidden !== undefined) hidden[i] = data[i] ?? 0;
      data[i] = 0;
    }
  }
}

function holdSpecialChannels(body: Body, changed: Set<string>): void {
  const { state } = body;
  channelRuns(body, frozen, (key, data, from, to) => {
    const start = state.start.get(key);
    if (start !== undefined) data.set(start.subarray(from, to), from);
    changed.add(key);
  });
  channelRuns(body, latent, (key, data, from, to) => {
    valuesOf(state.hidden, key, data.length).set(data.subarray(from, to), from);
    data.fill(0, from, to);
    changed.add(key);
  });
  const { channels } = state;
  if (!channels.includes(soft)) return;
  for (let i = 0; i < channels.length; i++) if (channels[i] === soft) channels[i] = living;
  touch(state);
}

/** The places that channels with a code hold: all of them for the held, what makes the channel for the others. */
export function channelRuns(
  { network, parameters, state }: Body,
  code: number,
  visit: (key: string, data: Float32Array, from: number, to: number) => void,
): void {
  if (!state.channels.includes(code)) return;
  for (const weight of weightsOf(network)) {
    const data = parameters.get(weight.key)?.data;
    if (data === undefined || isVariance(weight)) continue;
    const bindings = code === dead ? weight.bindings : weight.bindings.filter(({ role }) => role !== "in");
    flaggedRuns(
      { ...weight, bindings },
      (channel) => state.channels[channel] === code,
      (from, to) => visit(weight.key, data, from, to),
    );
  }
}
