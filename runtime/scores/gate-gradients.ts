import { meanGradients, type Scored, type ScoringContext } from "./gather.js";
import {
  fillSlices,
  flaggedRuns,
  isVariance,
  ownSlices,
  readSlices,
  weightsOf,
} from "../../core/units/slices.js";
import type { Space } from "../../core/units/space.js";
import { dead, living } from "../../core/masks/state.js";

/**
 * The gradient of a gate at 0 behind every dead unit with its last weights put back: what makes the unit works again while what
 * reads it stays at zero, so the loss is as before, and d loss / d gate = Σ w_last · ∂L/∂w over the slices that read it. A plain
 * gradient at a dead unit would be exactly zero. Values by root channel; 0 where nothing is remembered. Weights are as before after.
 */
export async function gateGradients(
  context: ScoringContext,
  scored: Scored & { readonly space: Space },
  candidates: Uint8Array,
): Promise<ReadonlyMap<number, number>> {
  const { network, parameters, state, executor } = context;
  const { space } = scored;
  const flags = new Uint8Array(state.channels.length);
  space.channelUnits?.forEach((unit, i) => {
    if (candidates[i] === 1 && space.status[i] !== living)
      for (const channel of unit.channels) flags[channel] = 1;
  });
  const before = new Map<string, Float32Array>();
  for (const weight of weightsOf(network)) {
    const data = parameters.get(weight.key)?.data;
    const last = state.last.get(weight.key);
    if (data === undefined || last === undefined || isVariance(weight)) continue;
    const kept = data.slice();
    flaggedRuns(
      ownSlices(weight),
      (channel) => flags[channel] === 1,
      (from, to) => data.set(last.subarray(from, to), from),
    );
    fillSlices(readSlices(weight), data, (channel) => state.channels[channel] === dead, 0);
    before.set(weight.key, kept);
  }
  executor?.upload(before.keys());
  try {
    const { g } = await meanGradients(context, scored);
    return sumOverReaders(context, flags, g);
  } finally {
    for (const [key, values] of before) parameters.get(key)?.data.set(values);
    executor?.upload(before.keys());
  }
}

function sumOverReaders(
  { network, state }: ScoringContext,
  flags: Uint8Array,
  gradients: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<number, number> {
  const gates = new Map<number, number>();
  for (const weight of weightsOf(network)) {
    const last = state.last.get(weight.key);
    const g = gradients.get(weight.key);
    if (last === undefined || g === undefined) continue;
    for (const { axis, ids, role } of weight.bindings) {
      if (role !== "in") continue;
      const inner = weight.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      for (let i = 0; i < g.length; i++) {
        const id = ids[Math.floor(i / inner) % ids.length] ?? -1;
        if (flags[id] !== 1) continue;
        const root = network.channels.find(id);
        gates.set(root, (gates.get(root) ?? 0) + (last[i] ?? 0) * (g[i] ?? 0));
      }
    }
  }
  return gates;
}
