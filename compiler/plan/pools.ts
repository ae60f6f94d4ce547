import type { StructureIr } from "../../core/ir/types.js";
import type { Unit, WeightInfo } from "../../core/network/types.js";
import type { Pool } from "./world.js";

/** A pool of whole channels. */
export interface ChannelPool extends Pool {
  /** Ascending by root. */
  readonly units: readonly Unit[];
  /** Whether all units cost alike wherever they stand, so that it does not matter which of them die. */
  readonly uniform: boolean;
}

export function isChannelPool(pool: Pool): pool is ChannelPool {
  return "units" in pool;
}

/** A pool of weights or groups of them. `weights` is empty where a unit is more than one weight. */
export interface ElementPool extends Pool {
  readonly weights: readonly WeightInfo[];
  readonly structure: StructureIr;
  /** What the units lie in, however large they are. */
  readonly kernels: readonly WeightInfo[];
  /** Weights in all of its units, and in the largest at most. */
  readonly elements: number;
  readonly largest: number;
}

export function isElementPool(pool: Pool): pool is ElementPool {
  return "weights" in pool;
}

/** A branch that goes whole: one unit of the structure `layers`. */
export interface BranchPool extends Pool {
  /** Channels that die with it. */
  readonly roots: readonly number[];
}

export function isBranchPool(pool: Pool): pool is BranchPool {
  return "roots" in pool;
}

/** Whether dead units of a pool make the network smaller. */
export const isCosted = (pool: Pool): pool is ChannelPool | BranchPool =>
  isChannelPool(pool) || isBranchPool(pool);
