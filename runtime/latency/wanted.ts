import type { Network } from "../../core/network/types.js";
import type { ParameterStore } from "../../core/parameters.js";

/** A table of these layers for so many examples at once. */
export interface Wanted {
  readonly network: Network;
  readonly batch: number;
  /** Weights of layers of the user's, which declare none. */
  readonly own?: ParameterStore;
}
