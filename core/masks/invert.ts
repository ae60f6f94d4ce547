import { groupsOf } from "../units/groups.js";
import type { Space } from "../units/space.js";
import { initialValues } from "./initializers.js";
import { killUnits } from "./kill.js";
import { reviveUnits } from "./revive.js";
import { outsideDeadChannels } from "./shuffle.js";
import { dead, living, touch, type Body } from "./state.js";

/**
 * `invert masks` (Frankle et al. 2020): in every layer that lost weights, those that are dead live and those that live are dead. What
 * comes alive starts at its value at the start where that is known, else freshly drawn; its optimizer state starts empty. What died in
 * another way than for good stays as it is, and so do elements that a dead channel holds.
 *
 * @returns how many weights changed places
 */
export function invertElements(body: Body, paths: readonly string[], seed: number, round: number): number {
  const { network, parameters, slots, state } = body;
  const selected = new Set(paths);
  let changed = 0;
  touch(state);
  for (const layer of network.layers) {
    if (!selected.has(layer.path)) continue;
    const masked = layer.weights.flatMap((weight) => {
      const codes = state.elements.get(weight.key);
      return codes === undefined
        ? []
        : [{ weight, codes, places: outsideDeadChannels(weight, state.channels) }];
    });
    if (!masked.some(({ codes, places }) => places.some((place) => codes[place] === dead))) continue;
    for (const { weight, codes, places } of masked) {
      const data = parameters.get(weight.key)?.data;
      if (data === undefined) continue;
      const start = state.start.get(weight.key) ?? initialValues(layer, weight, seed, round);
      const states = Object.values(slots.get(weight.key) ?? {});
      for (const place of places) {
        const was = codes[place] ?? living;
        if (was !== living && was !== dead) continue;
        codes[place] = was === dead ? living : dead;
        data[place] = was === dead ? (start[place] ?? 0) : 0;
        for (const slot of states) slot[place] = 0;
        changed++;
      }
    }
  }
  return changed;
}

/** The same for channel units: in every group of layers that lost some. */
export function invertUnits(body: Body, space: Space, seed: number, round: number): number {
  const killed = new Uint8Array(space.units);
  const revived = new Uint8Array(space.units);
  let changed = 0;
  for (const { members } of groupsOf(space, "local")) {
    if (!(members instanceof Int32Array)) continue;
    if (!members.some((unit) => space.status[unit] === dead)) continue;
    for (const unit of members) {
      const was = space.status[unit] ?? living;
      if (was !== living && was !== dead) continue;
      (was === dead ? revived : killed)[unit] = 1;
      changed++;
    }
  }
  reviveUnits(body, space, revived, body.state.start.size > 0 ? "start" : "fresh", { seed, round });
  killUnits(body, space, killed, dead);
  return changed;
}
