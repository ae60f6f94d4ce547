import type { OwnAtWork } from "../expr/own-units.js";
import type { CurveKind } from "../schedule/schedule.js";
import type { StructureName } from "../ir/structure.js";
import type { SelectionIr, ValueIr } from "../ir/types.js";
import type { LatencyModel } from "../latency/model.js";
import type { Network } from "../network/types.js";
import type { ParameterStore, Slots } from "../parameters.js";
import type { CountElements } from "../masks/measure.js";
import type { MaskState } from "../masks/state.js";

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
  /** What works out JavaScript; unset where none is at hand. */
  readonly own?: OwnAtWork;
  /** Set where dead elements are counted, and not held as codes in the state. */
  readonly countElements?: CountElements;
  /** Times of layers that budgets of latency go by; unset where none are at hand. */
  readonly times?: LatencyModel | null;
  /** Layer paths of the network as loaded that a selection means for a structure, in network order. */
  layersOf(selection: SelectionIr, structure: StructureName): readonly string[];
}

/** When an event happens, and what its moving amounts are then. */
export interface Moment {
  /** Differs from event to event: streams of random numbers hang on it. */
  readonly key: number;
  /** The value of an amount at this moment; "share-dead" for targets. */
  value(value: ValueIr, kind: CurveKind): number;
  /** Whether any training follows; without it a paired `regrow` only lessens the drop. */
  readonly trainingFollows: boolean;
}
