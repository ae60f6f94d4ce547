import type { StructureIr } from "../ir/types.js";
import type { Network, Unit } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";
import type { Part } from "./parts.js";
import { dead, living, type MaskState } from "../masks/state.js";

/** One of the layers a structure addresses, in network order. Its entries are those from `start` to `end − 1`. */
export interface SpaceLayer {
  readonly path: string;
  /** Index in the network as it stands. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Units as loaded that have an entry in this layer. */
  readonly total: number;
  /** Shape of its (first) kernel as loaded. */
  readonly shape: readonly number[];
}

/**
 * The units a statement speaks of, as the network stands. A unit is scored in one or more *entries*: one per layer that makes it
 * (or reads it, for `channels`); for element-wise structures every entry is a unit. Units, like entries, are in order of position.
 */
interface AnySpace {
  readonly structure: StructureIr;
  readonly network: Network;
  /** Masters: what the network computes with is their masked view. */
  readonly parameters: ParameterStore;
  readonly state: MaskState;
  readonly layers: readonly SpaceLayer[];
  readonly parts: readonly Part[];
  readonly units: number;
  readonly entries: number;
  /** The unit of an entry; null when entry i is unit i. */
  readonly entryUnit: Int32Array | null;
  /** Code of every unit (see `masks/state.ts`). */
  readonly status: Uint8Array;
  /** Units of the network as loaded, in scope. */
  readonly total: number;
  /** Units as loaded by group of `local`: producer key, or layer path. */
  readonly totals: ReadonlyMap<string, number>;
}

/** Units that are whole channels, or branches of them. */
interface ChannelSpace extends AnySpace {
  readonly kind: "channels" | "branches";
  readonly channelUnits: readonly Unit[];
  /** The channels whose codes are those of the units; null for branches, of which some channels may live. */
  readonly roots: Int32Array | null;
  readonly elementary: false;
}

interface ElementSpace extends AnySpace {
  readonly kind: "elements";
  readonly channelUnits: null;
  /** Whether every entry is one element, so that reducing over it changes nothing. */
  readonly elementary: boolean;
}

export type Space = ChannelSpace | ElementSpace;

/** Codes of the units of a space of channels. A branch lives while any of its channels does; what is tied otherwise dies together. */
export function channelStatus(
  units: readonly Unit[],
  roots: Int32Array | null,
  { channels }: MaskState,
): Uint8Array {
  const codes = new Uint8Array(units.length);
  if (roots !== null) {
    for (let i = 0; i < codes.length; i++) codes[i] = channels[roots[i] ?? -1] ?? living;
    return codes;
  }
  units.forEach(({ channels: own }, i) => {
    if (own.every((channel) => channels[channel] !== living)) codes[i] = dead;
  });
  return codes;
}

/** The channels (1) of some units (1). */
export function channelFlags(units: readonly Unit[], chosen: Uint8Array, count: number): Uint8Array {
  const flags = new Uint8Array(count);
  addFlags(flags, units, chosen);
  return flags;
}

/** Flags the channels of some units (1) as well. */
export function addFlags(flags: Uint8Array, units: readonly Unit[], chosen: Uint8Array): void {
  for (let i = chosen.indexOf(1); i >= 0; i = chosen.indexOf(1, i + 1))
    for (const channel of units[i]?.channels ?? []) flags[channel] = 1;
}
