import type { Moment, PruningContext } from "../../core/events/context.js";
import type { Batch, Executor } from "../types.js";

/** What scoring works on: the network at work beside its masks. */
export interface ScoringContext extends PruningContext {
  /** For criteria over gradients and activations. */
  readonly executor?: Executor;
  /** Calibration batches, always the same for the same event. */
  batches?(count: number, moment: Moment): AsyncIterable<Batch> | Iterable<Batch>;
  /** Sums kept by `over training` criteria since the last event of the statement, by statement id. */
  readonly accumulated?: ReadonlyMap<number, Accumulated>;
}

/** A criterion computed on every training batch and summed. */
export interface Accumulated {
  readonly steps: number;
  /** Sums by entry of the statement's space. */
  readonly sums: Float64Array | Float32Array;
}
