import type { StructureIr } from "../ir/types.js";
import type { Network, Unit } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";
import type { Part } from "./parts.js";
import type { MaskState } from "../masks/state.js";

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
export interface Space {
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
  /** Whether every entry is one element, so that reducing over it changes nothing. */
  readonly elementary: boolean;
  /** Code of every unit (see state.ts). */
  readonly status: Uint8Array;
  /** The channel units behind the units; null for element-wise structures. */
  readonly channelUnits: readonly Unit[] | null;
  /** Units of the network as loaded, in scope. */
  readonly total: number;
  /** Units as loaded by group of `local`: producer key, or layer path. */
  readonly totals: ReadonlyMap<string, number>;
}
