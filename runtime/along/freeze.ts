import { structureKind } from "../../core/ir/structure.js";
import { isChannelwise } from "../../core/units/candidates.js";
import type { FreezeIr } from "../../core/ir/types.js";
import { cachedSpace } from "../../core/units/spaces.js";
import type { PruningContext } from "../../core/events/context.js";
import { newChunk, walkPart } from "../../core/units/parts.js";
import { flaggedRuns, ownSlices, weightsOf } from "../../core/units/slices.js";
import type { Space } from "../../core/units/space.js";

/** A `freeze` rule at work: what it covers neither follows gradients nor decays. */
export interface FreezeRule {
  /** Before the update: silences gradients and keeps the values. Returns the keys that are covered as a whole. */
  before(context: PruningContext, gradients: ReadonlyMap<string, Float32Array>): ReadonlySet<string>;
  /** After the update: puts the kept values back. */
  after(context: PruningContext): void;
}

export function freezeRule(ir: FreezeIr): FreezeRule {
  const space = cachedSpace(ir.structure, ir);
  let covered: ReadonlyMap<string, Uint8Array> | null = null;
  let seen: Space | null = null;
  const kept = new Map<string, Float32Array>();
  return {
    before(context, gradients) {
      const here = space(context);
      if (covered === null || seen !== here) covered = coveredPlaces(context, here);
      seen = here;
      const whole = new Set<string>();
      for (const [key, flags] of covered) {
        const data = context.parameters.get(key)?.data;
        if (data === undefined) continue;
        if (!flags.includes(0)) {
          whole.add(key);
          gradients.get(key)?.fill(0);
        } else {
          const gradient = gradients.get(key);
          if (gradient !== undefined)
            for (let i = 0; i < flags.length; i++) if (flags[i] === 1) gradient[i] = 0;
        }
        const copy = kept.get(key);
        if (copy?.length === data.length) copy.set(data);
        else kept.set(key, data.slice());
      }
      return whole;
    },
    after(context) {
      for (const [key, flags] of covered ?? []) {
        const data = context.parameters.get(key)?.data;
        const before = kept.get(key);
        if (data === undefined || before === undefined) continue;
        for (let i = 0; i < flags.length; i++) if (flags[i] === 1) data[i] = before[i] ?? 0;
      }
    },
  };
}

/** Flags by weight: the elements of element-wise units; all that makes or passes on the channels of channel units. */
function coveredPlaces(context: PruningContext, space: Space): ReadonlyMap<string, Uint8Array> {
  const places = new Map<string, Uint8Array>();
  const flagsOf = (key: string, length: number): Uint8Array => {
    const flags = places.get(key) ?? new Uint8Array(length);
    places.set(key, flags);
    return flags;
  };
  if (!isChannelwise(structureKind(space.structure))) {
    const chunk = newChunk();
    for (const part of space.parts) {
      const flags = flagsOf(part.key, part.rows.length * part.cols.length);
      walkPart(part, chunk, ({ at, count }) => {
        for (let i = 0; i < count; i++) flags[at[i] ?? 0] = 1;
      });
    }
    return places;
  }
  const channels = new Set<number>();
  for (const unit of space.channelUnits ?? []) for (const channel of unit.channels) channels.add(channel);
  for (const weight of weightsOf(context.network)) {
    const length = weight.shape.reduce((a, b) => a * b, 1);
    flaggedRuns(
      ownSlices(weight),
      (channel) => channels.has(channel),
      (from, to) => flagsOf(weight.key, length).fill(1, from, to),
    );
  }
  return places;
}
