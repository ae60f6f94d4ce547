import type { RegrowIr, PruneIr } from "../ir/types.js";
import type { LayerInfo, WeightInfo } from "../network/types.js";
import { initialValues } from "./initializers.js";
import { newChunk, walkPart } from "../units/parts.js";
import { fillSlices, flaggedRuns, isVariance, ownSlices, readSlices } from "../units/slices.js";
import { channelFlags, type Space } from "../units/space.js";
import { dead, frozen, living, touch, type Body, latent, soft } from "./state.js";

export interface RevivalSource {
  readonly seed: number;
  /** Differs from event to event, so that fresh values do. */
  readonly round: number;
}

/** Brings the chosen units (1) of a space back to life with these values. Optimizer state starts empty. */
export function reviveUnits(
  body: Body,
  space: Space,
  chosen: Uint8Array,
  values: RegrowIr["values"],
  source: RevivalSource,
): void {
  touch(body.state);
  if (space.kind === "elements") {
    reviveElements(body, space, chosen, values, source);
    return;
  }
  reviveChannels(body, channelFlags(space.channelUnits, chosen, body.state.channels.length), values, source);
}

/**
 * Brings channels (flag 1) back at every place. Fresh and zero values leave what reads them at zero, so that the network's function
 * stays; batch norms start with scale 1, shift 0 and moving statistics 0 and 1 (a dead channel's variance has decayed). Places that
 * another dead channel or a pruned weight holds stay zero.
 */
export function reviveChannels(
  body: Body,
  flags: Uint8Array,
  values: RegrowIr["values"],
  source: RevivalSource,
): void {
  const { network, parameters, slots, state } = body;
  touch(state);
  for (let channel = 0; channel < flags.length; channel++) {
    if (flags[channel] === 1) state.channels[channel] = living;
  }
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      const data = parameters.get(weight.key)?.data;
      if (data === undefined || weight.bindings.length === 0) continue;
      const states = Object.values(slots.get(weight.key) ?? {});
      const known = values === "start" || values === "last";
      const fill = valuesFor(body, layer, weight, values, source);
      const isFlagged = (channel: number) => flags[channel] === 1;
      flaggedRuns(known ? weight : ownSlices(weight), isFlagged, (from, to) => {
        for (let i = from; i < to; i++) data[i] = fill(i);
        for (const slot of states) slot.fill(0, from, to);
      });
      silence(body, weight, data);
      if (!known) fillSlices(readSlices(weight), data, isFlagged, 0);
    }
  }
}

/** Puts back the zeros of dead channels and pruned weights. */
function silence({ state }: Body, weight: WeightInfo, data: Float32Array): void {
  if (isVariance(weight)) return;
  fillSlices(weight, data, (channel) => state.channels[channel] === dead, 0);
  const codes = state.elements.get(weight.key);
  if (codes !== undefined) for (let i = 0; i < codes.length; i++) if (codes[i] === dead) data[i] = 0;
}

function valuesFor(
  { state }: Body,
  layer: LayerInfo,
  weight: WeightInfo,
  values: RegrowIr["values"],
  { seed, round }: RevivalSource,
): (index: number) => number {
  const one = weight.name === "gamma" || isVariance(weight);
  if (values === "start" || values === "last") {
    const kept = (values === "start" ? state.start : state.last).get(weight.key);
    if (values === "last" && isVariance(weight)) return () => 1;
    return kept === undefined ? () => (one ? 1 : 0) : (i) => kept[i] ?? 0;
  }
  if (one) return () => 1;
  if (values === "zero" || !weight.trainable) return () => 0;
  let fresh: Float32Array | null = null;
  return (i) => {
    fresh ??= initialValues(layer, weight, seed, round);
    return fresh[i] ?? 0;
  };
}

function reviveElements(
  body: Body,
  space: Space,
  chosen: Uint8Array,
  values: RegrowIr["values"],
  source: RevivalSource,
): void {
  const { network, parameters, slots, state } = body;
  const owners = new Map(
    network.layers.flatMap((layer) =>
      layer.weights.map((weight) => [weight.key, { layer, weight }] as const),
    ),
  );
  const chunk = newChunk();
  for (const part of space.parts) {
    const data = parameters.get(part.key)?.data;
    const codes = state.elements.get(part.key);
    const owner = owners.get(part.key);
    if (data === undefined || codes === undefined || owner === undefined) continue;
    const states = Object.values(slots.get(part.key) ?? {});
    const fill = values === "zero" ? () => 0 : valuesFor(body, owner.layer, owner.weight, values, source);
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let n = 0; n < count; n++) {
        const i = at[n] ?? 0;
        if (chosen[entry[n] ?? 0] !== 1 || (codes[i] !== dead && codes[i] !== frozen)) continue;
        codes[i] = living;
        data[i] = fill(i);
        for (const slot of states) slot[i] = 0;
      }
    });
  }
}

/** Units (1) that are held dead and could come back: what `slim` removed, or another dead channel holds, cannot. */
export function revivable(space: Space): Uint8Array {
  if (space.kind !== "elements")
    return space.status.map((code) => (code === dead || code === frozen ? 1 : 0));
  const present = new Uint8Array(space.units);
  const chunk = newChunk();
  for (const part of space.parts) {
    walkPart(part, chunk, ({ entry, count }) => {
      for (let n = 0; n < count; n++) present[entry[n] ?? 0] = 1;
    });
  }
  return present.map((here, unit) =>
    here === 1 && (space.status[unit] === dead || space.status[unit] === frozen) ? 1 : 0,
  );
}

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
