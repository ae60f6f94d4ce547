import { newMaskState, type MaskState } from "../masks/state.js";
import type { Network, WeightInfo } from "../network/types.js";
import type { Parameter } from "../parameters.js";
import { entryOf, once } from "../tables.js";
import { isChannelwise } from "../units/candidates.js";
import { structureKind } from "../ir/structure.js";
import { channelSpace } from "../units/channel-space.js";
import { elementSpace } from "../units/element-space.js";
import { walkPart, newChunk, type Part } from "../units/parts.js";
import type { Space } from "../units/space.js";
import { weightsOf } from "../units/slices.js";
import type { GateFacts } from "./state.js";
import type { Kernels, Lie } from "./types.js";

/** What the gates of a statement multiply: the weights as matrices whose elements belong to units. */
export interface Guard extends Lie {
  /** Where draws of a unit are taken: the number of its channel, or its own where it is made of elements. */
  readonly numbers: Int32Array | null;
  /** The unit of each channel, −1 for none; null where units are made of elements. */
  readonly unitOf: Int32Array | null;
  readonly parts: ReadonlyMap<string, readonly Part[]>;
  /** Weights that go with each unit: those of the kernels that make it, or its own. */
  readonly sizes: Float64Array;
  /** Weights that one output sums over, by unit. */
  readonly fanIn: Float64Array;
}

/** What decides which units are meant. */
type Meant = Pick<GateFacts, "structure" | "layers" | "named">;

const guards = once((_: Network) => new Map<string, Guard>());

/** Worked out once for each network and statement: units are numbered alike whatever of them is dead. */
export function guardOf(network: Network, meant: Meant): Guard {
  const key = JSON.stringify([meant.structure, meant.layers, meant.named]);
  return entryOf(guards(network), key, () => {
    const state = newMaskState(network.channels.count);
    const space = unitsOf(network, meant, state);
    return space.kind === "elements" ? overElements(space) : overChannels(network, space);
  });
}

/** The units of some gates as they stand under these masks. */
export function unitsOf(network: Network, { structure, layers, named }: Meant, state: MaskState): Space {
  const source = { original: network, network, parameters: shapesOf(network), state };
  return isChannelwise(structureKind(structure))
    ? channelSpace(source, structure, layers, "couple")
    : elementSpace(source, structure, layers, named);
}

/** Spaces lay out the weights that are there: all of them, whatever their values. */
const shapesOf = once(
  (network: Network) =>
    new Map<string, Parameter>(
      [...weightsOf(network)].map(({ key, shape, trainable }) => [
        key,
        { key, shape, trainable, data: nothing },
      ]),
    ),
);
const nothing = new Float32Array(0);

function overElements(space: Space): Guard {
  const parts = new Map<string, Part[]>();
  for (const part of space.parts) entryOf(parts, part.key, () => []).push(part);
  const fanIn = new Float64Array(space.units);
  for (const { layer, rows, cols, inputsLast } of space.parts) {
    const { start = 0, end = 0 } = space.layers[layer] ?? {};
    fanIn.fill(inputsLast ? cols.length : rows.length, start, end);
  }
  return {
    units: space.units,
    numbers: null,
    unitOf: null,
    parts,
    sizes: sizesOf(space, space.units, (entry) => entry),
    groups: space.layers,
    kernels: space.structure === "taps" ? space.parts.map(kernelsOf) : [],
    fanIn,
  };
}

const kernelsOf = ({ rows, cols, tall }: Part): Kernels => ({
  start: (rows[0] ?? 0) + (cols[0] ?? 0),
  places: rows.length / tall,
  inputs: tall,
  outputs: cols.length,
});

/**
 * A unit's gate acts where the unit is read: on the slices of every kernel that contracts its channels, behind norms, activations and
 * joins. So one gate stands for all that makes the unit, and at 0 nothing of it is seen by anybody.
 */
function overChannels(network: Network, space: Space): Guard {
  const units = space.channelUnits ?? [];
  const unitOf = new Int32Array(network.channels.count).fill(-1);
  units.forEach(({ channels }, unit) => {
    for (const channel of channels) unitOf[channel] = unit;
  });
  const parts = new Map<string, Part[]>();
  network.layers.forEach(({ weights }) => {
    for (const weight of weights) {
      // A separable convolution reads a channel by its depthwise kernel; the pointwise one reads what that has made of it.
      if (weight.name === "pointwise_kernel") continue;
      for (const { axis, ids, role } of weight.bindings) {
        if (role !== "in") continue;
        const read = Int32Array.from(ids, (id) => unitOf[id] ?? -1);
        if (read.some((unit) => unit >= 0))
          entryOf(parts, weight.key, () => []).push(along(weight, axis, read));
      }
    }
  });
  const { entryUnit } = space;
  return {
    units: units.length,
    numbers: Int32Array.from(units, ({ root }) => root),
    unitOf,
    parts,
    sizes: sizesOf(space, units.length, (entry) => entryUnit?.[entry] ?? entry),
    groups: madeAlike(space),
    kernels: [],
    fanIn: new Float64Array(units.length).fill(1),
  };
}

/** Runs of units that the same layers make. */
function madeAlike({ units, layers, entryUnit }: Space): Guard["groups"] {
  const makers = Array.from({ length: units }, (): number[] => []);
  layers.forEach(({ start, end }, layer) => {
    for (let entry = start; entry < end; entry++) makers[entryUnit?.[entry] ?? entry]?.push(layer);
  });
  const groups: { start: number; end: number }[] = [];
  makers.forEach((own, unit) => {
    const last = groups[groups.length - 1];
    if (last !== undefined && String(own) === String(makers[unit - 1])) last.end = unit + 1;
    else groups.push({ start: unit, end: unit + 1 });
  });
  return groups;
}

/** A weight whose elements belong to units by their place on one axis. */
function along({ key, shape }: WeightInfo, axis: number, unitAt: Int32Array): Part {
  const rank = shape.length;
  const wide = shape[rank - 1] ?? 1;
  const rows = new Int32Array(shape.slice(0, -1).reduce((a, b) => a * b, 1));
  const cols = new Int32Array(wide);
  if (axis === rank - 1) cols.set(unitAt);
  else {
    const inner = shape.slice(axis + 1, -1).reduce((a, b) => a * b, 1);
    const size = shape[axis] ?? 1;
    for (let r = 0; r < rows.length; r++) rows[r] = unitAt[Math.floor(r / inner) % size] ?? -1;
  }
  const carrier = axis === rank - 1 ? "cols" : "rows";
  return { key, layer: 0, rows, cols, tall: shape[rank - 2] ?? 1, inputsLast: false, carrier };
}

function sizesOf(space: Space, units: number, unitOf: (entry: number) => number): Float64Array {
  const sizes = new Float64Array(units);
  const chunk = newChunk();
  for (const part of space.parts)
    walkPart(part, chunk, ({ entry, count }) => {
      for (let n = 0; n < count; n++) {
        const unit = unitOf(entry[n] ?? 0);
        sizes[unit] = (sizes[unit] ?? 0) + 1;
      }
    });
  return sizes;
}

/** Calls `visit` with every element of these parts and the unit it belongs to. */
export function eachElement(parts: readonly Part[], visit: (at: number, unit: number) => void): void {
  const chunk = newChunk();
  for (const part of parts)
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let n = 0; n < count; n++) visit(at[n] ?? 0, entry[n] ?? 0);
    });
}

/** Elements side by side that belong to units side by side. */
interface Stretch {
  readonly at: number;
  readonly unit: number;
  readonly count: number;
}

/** Such stretches of some parts: of single weights one, or one a row. Where every unit has many elements there is one an element. */
export const stretches = once((parts: readonly Part[]): readonly Stretch[] => {
  const found: { at: number; unit: number; count: number }[] = [];
  let last: { at: number; unit: number; count: number } | undefined;
  eachElement(parts, (at, unit) => {
    if (last !== undefined && at === last.at + last.count && unit === last.unit + last.count) last.count++;
    else found.push((last = { at, unit, count: 1 }));
  });
  return found;
});

/** What a weight becomes under gates of these values. Always a fresh array. */
export function multiplied(parts: readonly Part[], z: Float32Array, data: Float32Array): Float32Array {
  const out = data.slice();
  eachElement(parts, (at, unit) => (out[at] = (out[at] ?? 0) * (z[unit] ?? 1)));
  return out;
}

/** What a weight becomes where this is added to the element of each unit. Always a fresh array. */
export function shifted(parts: readonly Part[], more: Float32Array, data: Float32Array): Float32Array {
  const out = data.slice();
  eachElement(parts, (at, unit) => (out[at] = (out[at] ?? 0) + (more[unit] ?? 0)));
  return out;
}
