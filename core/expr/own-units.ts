import type { FittedOn } from "../compensate/methods.js";
import type { OwnRefit } from "../compensate/own.js";
import type { GateKind } from "../gates/types.js";
import type { OwnArguments } from "./own.js";

/** The units of one layer as JavaScript sees them. */
export interface OwnUnits {
  /** Path of the layer. */
  readonly layer: string;
  readonly units: number;
  /** Weights of a unit; units at an edge may have fewer, and zeros in their place. */
  readonly size: number;
  /** By unit: 1 where it counts as living, else 0. */
  readonly living: Uint8Array;
  /**
   * By name: of what is known of every weight, `units` rows of `size` numbers in one array; of what is known of a unit, a number
   * for each.
   */
  readonly values: ReadonlyMap<string, Float32Array | Float64Array>;
}

/** What works out JavaScript, by the names that a program has for it. */
export interface OwnAtWork {
  /** A number for every unit of the layer. */
  score(name: string, of: OwnUnits, given: OwnArguments): ArrayLike<number>;
  /** A penalty over the units, and its slope along every weight in their rows. */
  penalty(
    name: string,
    of: OwnUnits,
    given: OwnArguments,
  ): { readonly value: number; readonly slope: ArrayLike<number> };
  /** A kind of gate; `priced`: a strength multiplies its term. */
  gate(name: string, priced: boolean): GateKind;
  /** What re-fits layers that lost weights: `refit` gives the weights of one, of which those count that may change. */
  compensation(name: string): {
    readonly on: FittedOn;
    refit(of: OwnRefit, given: OwnArguments): Promise<ArrayLike<number>>;
  };
}
