import { gated, guardedKeys } from "../gates/values.js";
import type { Network, WeightInfo } from "../network/types.js";
import type { Parameter, ParameterStore } from "../parameters.js";
import { flaggedRuns, isVariance, ownSlices, weightsOf } from "../units/slices.js";
import { dead, latent, soft, versionOf } from "./state.js";
import type { Body, MaskState } from "./state.js";

/**
 * Masters hold the truth: `Parameter.data` of what died latently is the weight that trains underneath. Masks are applied where weights
 * go up to the backend. What else is not living (dead, frozen, soft) stands in the masters as it acts.
 *
 * Who reads which:
 *
 * | reader | reads |
 * |---|---|
 * | optimizer, `freeze` | masters |
 * | scores of `prune … latently` (its sums over training, too) and of `restore` | masters: what is dead is ranked by what trained underneath |
 * | rewind, reinitialize, load, snapshots, checkpoints | masters |
 * | slim, absorbed constants | masters: latent places have been hardened before |
 * | moving statistics of a step | masters, but for latent places, which do not move |
 * | the variables of the executor, layer regularizers, synaptic flow | masked |
 * | penalties, values at death | masked but for learned gates, which multiply what trains |
 * | all other scores (`w`, `dw`, `gamma`, `beta`), `update only`, other sums over training | masked |
 * | saved networks, their size, densities, the network that a run returns | masked |
 * | costs (`measure`, `effective`) | neither: codes alone |
 */
type Masked = Pick<Body, "network" | "parameters" | "state">;

/** Flat indices, ascending, by weight key. */
export type Places = ReadonlyMap<string, Int32Array>;

/** The weights as the network computes with them, as they are now: the masters themselves where nothing is latent, nor gated. */
export function maskedView(body: Masked): ParameterStore {
  const { network, state } = body;
  const ungated = ungatedView(body);
  if (state.gates.size === 0) return ungated;
  const view = new Map<string, Parameter>(ungated);
  for (const key of guardedKeys(network, state.gates)) {
    const parameter = view.get(key);
    if (parameter !== undefined)
      view.set(key, { ...parameter, data: gated(network, state.gates, key, parameter.data) });
  }
  return view;
}

/** The weights that learned gates multiply, zero where they are latent. */
export function ungatedView(body: Masked): ParameterStore {
  const places = latentPlaces(body);
  if (places.size === 0) return body.parameters;
  const view = new Map<string, Parameter>(body.parameters);
  for (const [key, indices] of places) {
    const parameter = view.get(key);
    if (parameter !== undefined) view.set(key, { ...parameter, data: withZeros(parameter.data, indices) });
  }
  return view;
}

/** The same of one weight; undefined where there is none of this key. */
export function maskedData(body: Masked, key: string): Float32Array | undefined {
  const data = body.parameters.get(key)?.data;
  const indices = data === undefined ? undefined : latentPlaces(body).get(key);
  return data === undefined || indices === undefined ? data : withZeros(data, indices);
}

/** A copy that is zero at these places. */
export function withZeros(data: Float32Array, indices: Int32Array): Float32Array {
  const copy = data.slice();
  for (let n = 0; n < indices.length; n++) copy[indices[n] ?? 0] = 0;
  return copy;
}

const cache = new WeakMap<MaskState, { version: number; network: Network; places: Places }>();

/** What is zero in the forward pass while its master trains. Worked out once after an event. */
export function latentPlaces({ network, state }: Pick<Body, "network" | "state">): Places {
  const known = cache.get(state);
  if (known?.version === versionOf(state) && known.network === network) return known.places;
  const places = placesOf(network, state, latent);
  cache.set(state, { version: versionOf(state), network, places });
  return places;
}

/** All places that channels and elements of a code hold. */
export function placesOf(network: Network, state: MaskState, code: number): Places {
  const ofChannels = channelPlaces(network, state, code);
  const places = new Map(ofChannels);
  for (const [key, indices] of elementPlaces(state, code)) {
    const others = ofChannels.get(key);
    places.set(key, others === undefined ? indices : union(indices, others));
  }
  return places;
}

export function elementPlaces(state: MaskState, code: number): Places {
  const places = new Map<string, Int32Array>();
  for (const [key, codes] of state.elements)
    if (codes.includes(code)) places.set(key, indicesOf(codes, code));
  return places;
}

export function channelPlaces(network: Network, state: MaskState, code: number): Places {
  const places = new Map<string, Int32Array>();
  if (!state.channels.includes(code)) return places;
  for (const weight of weightsOf(network)) {
    if (isVariance(weight)) continue;
    const flags = new Uint8Array(weight.shape.reduce((a, b) => a * b, 1));
    flaggedRuns(
      slicesHeld(weight, code),
      (channel) => state.channels[channel] === code,
      (from, to) => flags.fill(1, from, to),
    );
    if (flags.includes(1)) places.set(weight.key, indicesOf(flags, 1));
  }
  return places;
}

/** A weight along the axes on which a channel of this code holds slices of it. */
export function slicesHeld(weight: WeightInfo, code: number): WeightInfo {
  if (code === dead) return weight;
  if (code !== soft) return ownSlices(weight);
  const makes = weight.isKernel ? weight.bindings.filter(({ role }) => role === "out") : [];
  return { ...weight, bindings: makes };
}

function indicesOf(codes: Uint8Array, code: number): Int32Array {
  let count = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i] === code) count++;
  const indices = new Int32Array(count);
  for (let i = 0, n = 0; i < codes.length; i++) if (codes[i] === code) indices[n++] = i;
  return indices;
}

const union = (a: Int32Array, b: Int32Array): Int32Array => Int32Array.from(new Set([...a, ...b])).sort();
