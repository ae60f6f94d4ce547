import type { PruneIr } from "../ir/types.js";
import { newChunk, walkPart } from "../units/parts.js";
import type { Space } from "../units/space.js";
import { latent, living, soft, touch, type Body } from "./state.js";

/** Before `softly` or `latently` takes its units anew: what it took before and does not take now is living again. */
export function releaseUnits(
  { state }: Pick<Body, "state">,
  space: Space,
  kept: Uint8Array,
  manner: PruneIr["manner"],
): void {
  if (manner !== "softly" && manner !== "latently") return;
  touch(state);
  const isFree = (code: number | undefined): boolean => code === soft || code === latent;
  if (space.channelUnits !== null) {
    space.channelUnits.forEach((unit, i) => {
      if (kept[i] === 1 || !isFree(space.status[i])) return;
      for (const channel of unit.channels) state.channels[channel] = living;
    });
    return;
  }
  const chunk = newChunk();
  for (const part of space.parts) {
    const codes = state.elements.get(part.key);
    if (codes === undefined) continue;
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let n = 0; n < count; n++) {
        const i = at[n] ?? 0;
        if (kept[entry[n] ?? 0] !== 1 && isFree(codes[i])) codes[i] = living;
      }
    });
  }
}
