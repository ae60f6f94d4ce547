import type { CurveKind } from "../../compiler/ir/schedule.js";
import type { SelectionIr, StructureIr, ValueIr } from "../../compiler/ir/types.js";
import type { Network } from "../../compiler/network/types.js";
import type { Batch, Executor, ParameterStore, Slots } from "../types.js";
import type { MaskState } from "./state.js";

/** What the engine works on: the session owns all of it. */
export interface PruningContext {
  /** The network as loaded: scopes count its units for ever. */
  readonly original: Network;
  /** The network as it stands. */
  readonly network: Network;
  readonly parameters: ParameterStore;
  /** Optimizer state; empty between phases. */
  readonly slots: Slots;
  readonly state: MaskState;
  readonly seed: number;
  /** Layer paths of the network as loaded that a selection means for a structure, in network order. */
  layersOf(selection: SelectionIr, structure: StructureIr["name"]): readonly string[];
  /** For criteria over gradients and activations. */
  readonly executor?: Executor;
  /** Calibration batches, always the same for the same event. */
  batches?(count: number, moment: Moment): AsyncIterable<Batch> | Iterable<Batch>;
  /** Sums kept by `over training` criteria since the last event of the statement, by statement id. */
  readonly accumulated?: ReadonlyMap<number, Accumulated>;
}

/** When an event happens, and what its moving amounts are then. */
export interface Moment {
  /** Differs from event to event: streams of random numbers hang on it. */
  readonly key: number;
  /** The value of an amount at this moment; "share-dead" for targets. */
  value(value: ValueIr, kind: CurveKind): number;
  /** Counters of the surrounding `repeat` and the like. */
  readonly names: ReadonlyMap<string, number>;
  /** Whether any training follows; without it a paired `regrow` only lessens the drop. */
  readonly trainingFollows: boolean;
}

/** A criterion computed on every training batch and summed. */
export interface Accumulated {
  readonly steps: number;
  /** Sums by entry of the statement's space. */
  readonly sums: Float64Array | Float32Array;
}
