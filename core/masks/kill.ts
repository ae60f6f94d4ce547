import type { Binding, Network, WeightInfo } from "../network/types.js";
import type { ParameterStore, Slots } from "../parameters.js";
import { newChunk, walkPart } from "../units/parts.js";
import { flaggedRuns, isVariance, weightsOf } from "../units/places.js";
import type { Space } from "../units/space.js";
import { dead, elementCodes, frozen, latent, living, soft, touch, valuesOf } from "./state.js";
import type { MaskState } from "./state.js";

export interface Body {
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly slots: Slots;
  readonly state: MaskState;
  /** Whether emptied branches may go whole: the shifts left of them are held at zero then. */
  readonly collapses?: boolean;
}

/** Gives the chosen units (1) of a space a code and puts their values where that code says. */
export function killUnits(body: Body, space: Space, chosen: Uint8Array, code: number): void {
  touch(body.state);
  if (space.channelUnits !== null) {
    const flags = new Uint8Array(body.state.channels.length);
    space.channelUnits.forEach((unit, i) => {
      if (chosen[i] === 1) for (const channel of unit.channels) flags[channel] = 1;
    });
    killChannels(body, flags, code);
  } else killElements(body, space, chosen, code);
}

/**
 * Kills channels (flag 1). Held: zero at every place, the consumers' slices and optimizer state with them. Softly: the kernels
 * that make the channel are zeroed; biases, scales and shifts stay, or no gradient would ever reach it again (He et al. 2018).
 * Latently: all that makes the channel is zeroed, what reads it stays. Frozen: what makes it goes back to the start.
 */
export function killChannels(body: Body, flags: Uint8Array, code: number): void {
  touch(body.state);
  const { network, parameters, slots, state } = body;
  for (const weight of weightsOf(network)) {
    const parameter = parameters.get(weight.key);
    if (parameter === undefined || weight.bindings.length === 0 || isVariance(weight)) continue;
    const { data } = parameter;
    const bindings = placesOf(weight, code);
    const states = code === dead ? Object.values(slots.get(weight.key) ?? {}) : [];
    flaggedRuns(
      { ...weight, bindings },
      (channel) => flags[channel] === 1,
      (from, to) => {
        if (state.keepsLast) remember(state.last, weight.key, data, from, to, state.elements.get(weight.key));
        if (code === latent) remember(state.hidden, weight.key, data, from, to);
        const start = code === frozen ? state.start.get(weight.key) : undefined;
        if (start !== undefined) data.set(start.subarray(from, to), from);
        else data.fill(0, from, to);
        for (const slot of states) slot.fill(0, from, to);
      },
    );
  }
  for (let channel = 0; channel < flags.length; channel++) {
    if (flags[channel] === 1) state.channels[channel] = code;
  }
}

/** The axes along which a death of this kind takes slices of a weight. */
function placesOf({ bindings, isKernel }: WeightInfo, code: number): readonly Binding[] {
  if (code === dead) return bindings;
  if (code === soft) return isKernel ? bindings.filter(({ role }) => role === "out") : [];
  return bindings.filter(({ role }) => role !== "in");
}

/** Copies values into a map before they go; elements that were dead already keep what is remembered of them. */
function remember(
  into: Map<string, Float32Array>,
  key: string,
  data: Float32Array,
  from: number,
  to: number,
  codes?: Uint8Array,
): void {
  const kept = valuesOf(into, key, data.length);
  for (let i = from; i < to; i++) {
    if ((codes?.[i] ?? living) === living && data[i] !== 0) kept[i] = data[i] ?? 0;
  }
}

function killElements(body: Body, space: Space, chosen: Uint8Array, code: number): void {
  const { parameters, slots, state } = body;
  const chunk = newChunk();
  for (const part of space.parts) {
    const parameter = parameters.get(part.key);
    if (parameter === undefined) continue;
    const { data } = parameter;
    const codes = elementCodes(state, part.key, data.length);
    const states = code === dead || code === frozen ? Object.values(slots.get(part.key) ?? {}) : [];
    const last = state.keepsLast ? valuesOf(state.last, part.key, data.length) : null;
    const hidden = code === latent ? valuesOf(state.hidden, part.key, data.length) : null;
    const start = code === frozen ? state.start.get(part.key) : undefined;
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let n = 0; n < count; n++) {
        if (chosen[entry[n] ?? 0] !== 1) continue;
        const i = at[n] ?? 0;
        const was = codes[i] ?? living;
        if (was === dead || was === frozen) continue;
        if (was === living || was === soft) {
          if (last !== null) last[i] = data[i] ?? 0;
          if (hidden !== null) hidden[i] = data[i] ?? 0;
        }
        codes[i] = code;
        data[i] = start?.[i] ?? 0;
        for (const slot of states) slot[i] = 0;
      }
    });
  }
}
