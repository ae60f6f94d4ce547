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
  /** Code of every unit (see state.ts). */
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
  readonly elementary: false;
}

interface ElementSpace extends AnySpace {
  readonly kind: "elements";
  readonly channelUnits: null;
  /** Whether every entry is one element, so that reducing over it changes nothing. */
  readonly elementary: boolean;
}

export type Space = ChannelSpace | ElementSpace;

/** Codes of channel units. A branch lives while any of its channels does; what is tied otherwise dies together. */
export function channelStatus(
  units: readonly Unit[],
  kind: ChannelSpace["kind"],
  { channels }: MaskState,
): Uint8Array {
  const codes = new Uint8Array(units.length);
  for (let i = 0; i < codes.length; i++) {
    const unit = units[i];
    if (kind === "channels") codes[i] = channels[unit?.root ?? -1] ?? living;
    else if (unit?.channels.every((channel) => channels[channel] !== living)) codes[i] = dead;
  }
  return codes;
}
