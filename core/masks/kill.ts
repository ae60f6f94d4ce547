import { newChunk, walkPart } from "../units/parts.js";
import { flaggedRuns, isVariance, weightsOf } from "../units/slices.js";
import { channelFlags, type Space } from "../units/space.js";
import { maskedData, slicesHeld } from "./masked.js";
import { dead, elementCodes, frozen, latent, living, soft, touch, valuesOf } from "./state.js";
import type { Body, MaskState } from "./state.js";

/** Gives the chosen units (1) of a space a code and puts their values where that code says. */
export function killUnits(body: Body, space: Space, chosen: Uint8Array, code: number): void {
  if (space.kind === "elements") {
    killElements(body, space, chosen, code);
    return;
  }
  killChannels(body, channelFlags(space.channelUnits, chosen, body.state.channels.length), code);
}

/**
 * Kills channels (flag 1). Held: zero at every place, the consumers' slices and optimizer state with them. Softly: the kernels
 * that make the channel are zeroed; biases, scales and shifts stay, or no gradient would ever reach it again (He et al. 2018).
 * Latently: masters stay, and all that makes the channel is masked, what reads it is not. Frozen: what makes it goes back to the start.
 */
export function killChannels(body: Body, flags: Uint8Array, code: number): void {
  const { network, parameters, slots, state } = body;
  for (const weight of parameters.size === 0 ? [] : weightsOf(network)) {
    const { key } = weight;
    const data = parameters.get(key)?.data;
    if (data === undefined || weight.bindings.length === 0 || isVariance(weight)) continue;
    const codes = state.elements.get(key);
    const states = code === dead ? Object.values(slots.get(key) ?? {}) : [];
    const start = code === frozen ? state.start.get(key) : undefined;
    const shown = state.keepsLast ? maskedData(body, key) : undefined;
    flaggedRuns(
      slicesHeld(weight, code),
      (channel) => flags[channel] === 1,
      (from, to) => {
        if (shown !== undefined) remember(state, key, shown, from, to);
        if (code === latent) return;
        if (start === undefined) data.fill(0, from, to);
        else for (let i = from; i < to; i++) data[i] = codes?.[i] === dead ? 0 : (start[i] ?? 0);
        for (const slot of states) slot.fill(0, from, to);
      },
    );
  }
  for (let channel = flags.indexOf(1); channel >= 0; channel = flags.indexOf(1, channel + 1))
    state.channels[channel] = code;
  touch(state);
}

/** Keeps values as the last ones before they go; what was dead, masked or frozen already keeps what is remembered of it. */
function remember(
  { last, elements }: MaskState,
  key: string,
  shown: Float32Array,
  from: number,
  to: number,
): void {
  const kept = valuesOf(last, key, shown.length);
  const codes = elements.get(key);
  for (let i = from; i < to; i++) {
    if ((codes?.[i] ?? living) === living && shown[i] !== 0) kept[i] = shown[i] ?? 0;
  }
}

function killElements(body: Body, space: Space, chosen: Uint8Array, code: number): void {
  const { parameters, slots, state } = body;
  const chunk = newChunk();
  for (const part of space.parts) {
    const data = parameters.get(part.key)?.data;
    if (data === undefined) continue;
    const codes = elementCodes(state, part.key, data.length);
    const states = code === dead || code === frozen ? Object.values(slots.get(part.key) ?? {}) : [];
    const last = state.keepsLast ? valuesOf(state.last, part.key, data.length) : null;
    const shown = last === null ? undefined : maskedData(body, part.key);
    const start = code === frozen ? state.start.get(part.key) : undefined;
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let n = 0; n < count; n++) {
        if (chosen[entry[n] ?? 0] !== 1) continue;
        const i = at[n] ?? 0;
        const was = codes[i] ?? living;
        if (was === dead || was === frozen) continue;
        if (last !== null && (was === living || was === soft)) last[i] = shown?.[i] ?? 0;
        codes[i] = code;
        if (code !== latent) data[i] = start?.[i] ?? 0;
        for (const slot of states) slot[i] = 0;
      }
    });
  }
  touch(state);
}
