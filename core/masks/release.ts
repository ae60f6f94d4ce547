import type { PruneIr } from "../ir/types.js";
import type { Body } from "./kill.js";
import { newChunk, walkPart } from "../units/parts.js";
import { flaggedRuns, weightsOf } from "../units/places.js";
import type { Space } from "../units/space.js";
import { latent, living, soft, touch } from "./state.js";

/**
 * Before `softly` or `latently` takes its units anew: what it took before and does not take now is living again, latent ones with
 * the value underneath.
 */
export function releaseUnits(body: Body, space: Space, kept: Uint8Array, manner: PruneIr["manner"]): void {
  if (manner !== "softly" && manner !== "latently") return;
  const { parameters, state } = body;
  touch(state);
  if (space.channelUnits !== null) {
    const released = new Set<number>();
    space.channelUnits.forEach((unit, i) => {
      const code = space.status[i];
      if (kept[i] === 1 || (code !== soft && code !== latent)) return;
      for (const channel of unit.channels) released.add(channel);
    });
    if (released.size === 0) return;
    for (const weight of weightsOf(body.network)) {
      const data = parameters.get(weight.key)?.data;
      const hidden = state.hidden.get(weight.key);
      if (data === undefined || hidden === undefined) continue;
      const bindings = weight.bindings.filter(({ role }) => role !== "in");
      const shows = (channel: number) => released.has(channel) && state.channels[channel] === latent;
      flaggedRuns({ ...weight, bindings }, shows, (from, to) => data.set(hidden.subarray(from, to), from));
    }
    for (const channel of released) state.channels[channel] = living;
    return;
  }
  const chunk = newChunk();
  for (const part of space.parts) {
    const data = parameters.get(part.key)?.data;
    const codes = state.elements.get(part.key);
    const hidden = state.hidden.get(part.key);
    if (data === undefined || codes === undefined) continue;
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let n = 0; n < count; n++) {
        const i = at[n] ?? 0;
        const code = codes[i];
        if (kept[entry[n] ?? 0] === 1 || (code !== soft && code !== latent)) continue;
        codes[i] = living;
        if (code === latent) data[i] = hidden?.[i] ?? 0;
      }
    });
  }
}
