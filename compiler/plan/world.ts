import type { Interval } from "./interval.js";
import type { State } from "./state.js";
import type { PruneIr, SelectionIr, StructureIr } from "../../core/ir/types.js";

/**
 * Units that one count is asked of when ranking locally: those of one layer, or of the layers that share their units. Keys
 * say which statements speak of the same units.
 */
export interface Pool {
  readonly key: string;
  /** Paths of the layers, in network order. */
  readonly layers: readonly string[];
  /** Units of the network as loaded. */
  readonly total: number;
  /** Shape of the kernel, for Erdős–Rényi densities. */
  readonly shape: readonly number[];
  /** Output channels with equally many of the units each, for `per row`; unset where they differ. */
  readonly rows?: number;
}

/** What a simulation knows of the units there are. */
export interface World {
  /** The pools that a statement addresses. `variables` holds the layers of `for each` loops around it. */
  pools(target: Target, variables: ReadonlyMap<string, string>): readonly Pool[];
  /** Paths of the layers that a `for each` goes through; null where they are not known. */
  layers(selection: SelectionIr): readonly string[] | null;
  /** The state with those units dead that lie in dead channels of `others`, where these pools are made of single weights. */
  absorb(pools: readonly Pool[], state: State, others: readonly Pool[]): State;
  /** The state once so many units of these pools live again at most: of `others`, some that hold the same weights may. */
  revive(pools: readonly Pool[], count: number, state: State, others: readonly Pool[]): State;
  /** The state once channels of which single deaths leave nothing have gone with a `slim`: of `channels`, some or all of a range. */
  slim(pools: readonly Pool[], state: State, channels: readonly Pool[]): State;
  /** Whether branches may all go together: what is left still leads from input to output. */
  separable(pools: readonly Pool[]): boolean;
  /** What the network costs; null for the stand-in. */
  readonly sizes: Sizes | null;
  /** True where pools are those of a network rather than a stand-in for any. */
  readonly real: boolean;
}

export interface Sizes {
  /** As loaded. */
  readonly whole: { readonly params: number; readonly macs: number };
  /** With these pools as a state has them. */
  after(pools: readonly Pool[], state: State): { readonly params: Interval; readonly macs: Interval };
}

export interface Target {
  readonly structure: StructureIr;
  readonly selection: SelectionIr;
  readonly joins: PruneIr["joins"];
}

/** Units of the stand-in: enough that no rounding shows in a share. */
export const standInUnits = 1_000_000;

/** One pool for every structure and selection: tells shares where no network is known, and what floors hide. */
export const anyNetwork: World = {
  pools: ({ structure, selection }) => [
    {
      key: JSON.stringify([family(structure), selection.include, selection.exclude, selection.where ?? null]),
      layers: [],
      total: standInUnits,
      shape: [],
    },
  ],
  layers: () => null,
  absorb: (_, state) => state,
  revive: (_pools, _count, state) => state,
  slim: (_pools, state) => state,
  separable: () => true,
  sizes: null,
  real: false,
};

/** Filters, neurons, channels and units are the same channels under different names. */
function family(structure: StructureIr): string {
  return ["filters", "neurons", "units", "channels"].includes(structure.name)
    ? "units"
    : JSON.stringify(structure);
}
