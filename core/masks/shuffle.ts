import { initialValues } from "./initializers.js";
import type { LayerInfo, WeightInfo } from "../network/types.js";
import { randomStream } from "../random.js";
import { killUnits } from "./kill.js";
import { reviveUnits } from "./revive.js";
import { fillSlices } from "../units/slices.js";
import type { Space } from "../units/space.js";
import { groupsOf } from "../units/groups.js";
import { dead, frozen, latent, living, touch, type Body } from "./state.js";

/**
 * `shuffle masks` (Frankle et al. 2020): every weight keeps its number of dead elements, at random places. What comes alive starts at
 * its value at the start where that is known, else freshly drawn.
 */
export function shuffleElements(body: Body, paths: readonly string[], seed: number, round: number): void {
  const { network, parameters, slots, state } = body;
  const selected = new Set(paths);
  touch(state);
  for (const layer of network.layers) {
    if (!selected.has(layer.path)) continue;
    for (const weight of layer.weights) {
      const codes = state.elements.get(weight.key);
      const data = parameters.get(weight.key)?.data;
      if (codes === undefined || data === undefined) continue;
      shuffleOne(weight, codes, body, layer, data, seed, round);
      for (const slot of Object.values(slots.get(weight.key) ?? {})) {
        for (let i = 0; i < codes.length; i++) if (codes[i] === dead) slot[i] = 0;
      }
    }
  }
}

function shuffleOne(
  weight: WeightInfo,
  codes: Uint8Array,
  { state }: Body,
  layer: LayerInfo,
  data: Float32Array,
  seed: number,
  round: number,
): void {
  const start = state.start.get(weight.key) ?? initialValues(layer, weight, seed, round);
  const places = outsideDeadChannels(weight, state.channels);
  const before = places.map((i) => codes[i] ?? living);
  const order = randomStream(seed, `shuffle ${weight.key}`, round).permutation(places.length);
  places.forEach((place, n) => {
    const was = codes[place] ?? living;
    const now = before[order[n] ?? 0] ?? living;
    codes[place] = now;
    const trains = now === living || now === latent;
    if (!trains && now !== frozen) data[place] = 0;
    else if (now === frozen || (was !== living && was !== now)) data[place] = start[place] ?? 0;
  });
}

/** Flat indices of the elements that no dead channel holds. */
export function outsideDeadChannels(weight: WeightInfo, channels: Uint8Array): Int32Array {
  const length = weight.shape.reduce((a, b) => a * b, 1);
  const held = new Float32Array(length);
  fillSlices(weight, held, (channel) => channels[channel] === dead, 1);
  return Int32Array.from(held.keys()).filter((i) => held[i] === 0);
}

/** The same for channel units: every group of layers keeps its number of dead units, drawn anew. */
export function shuffleUnits(body: Body, space: Space, seed: number, round: number): void {
  const killed = new Uint8Array(space.units);
  const revived = new Uint8Array(space.units);
  groupsOf(space, "local").forEach(({ members }, g) => {
    if (!(members instanceof Int32Array)) return;
    // What died in another way stays where it is.
    const drawn = members.filter((unit) => space.status[unit] === living || space.status[unit] === dead);
    const order = randomStream(seed, "shuffle units", round, g).permutation(drawn.length);
    drawn.forEach((unit, n) => {
      const was = space.status[unit] ?? living;
      const now = space.status[drawn[order[n] ?? 0] ?? 0] ?? living;
      if (was === living && now === dead) killed[unit] = 1;
      if (was === dead && now === living) revived[unit] = 1;
    });
  });
  const values = body.state.start.size > 0 ? "start" : "fresh";
  reviveUnits(body, space, revived, values, { seed, round });
  killUnits(body, space, killed, dead);
}
