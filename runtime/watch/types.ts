import type { Dense } from "../types.js";
import type { HistoryPoint } from "../report/types.js";

/** Where a run stands and how large its network is there. Training steps and epochs count from its begin, over all phases. */
export type Standing = Pick<
  HistoryPoint,
  "step" | "epoch" | "params" | "macs" | "nonzeroParams" | "nonzeroMacs" | "sparsity"
>;

/** A phase of training: one `train` or `finetune`. */
export interface PhaseLogs {
  /** Statement id. */
  readonly id: number;
  /** The statement as written. */
  readonly text: string;
  readonly steps: number;
  readonly epochs: number;
}

export interface BatchLogs {
  /** Mean per example, penalties included. */
  readonly loss: number;
  /** Mean over the epoch so far; null where accuracy has no meaning. */
  readonly accuracy: number | null;
  readonly rate: number;
}

export interface EpochLogs extends Omit<BatchLogs, "loss"> {
  /** Null where the epoch held no step. */
  readonly loss: number | null;
  /** On the test split; null without one. */
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
  /** Unset where there are no more than five classes. */
  readonly testTop5Accuracy?: number;
  /** Metrics in JavaScript on the test split, by name. */
  readonly testMetrics?: Readonly<Record<string, number>>;
}

/** What a statement did that acts at one moment. */
export interface EventLogs {
  /** Statement id. */
  readonly id: number;
  /** "prune", "regrow", "slim", "rewind", "evaluate"…: as in the log of the report. */
  readonly kind: string;
  /** One sentence. */
  readonly text: string;
}

/** A network under way, for those who watch a run: what it gives are copies. */
export interface WatchedNetwork extends Standing {
  /** Layers in network order as they are now, with the names and shapes of their weights. */
  readonly layers: readonly WatchedLayer[];
  /**
   * A weight as the network computes with it: what is dead is 0. By its key, `<layer>/<weight>`; channels last, as its shape says.
   * @throws RangeError where there is no such weight
   */
  weight(key: string): Float32Array;
  /** 1 where an element of the weight lives, 0 where it is dead. @throws RangeError where there is no such weight */
  mask(key: string): Uint8Array;
  /** Inference, one array per output of the network; `inputs` one per input, the batch axis first. */
  predict(inputs: readonly Omit<Dense, "kind">[]): readonly Omit<Dense, "kind">[];
}

export interface WatchedLayer {
  readonly path: string;
  readonly className: string;
  readonly weights: readonly { readonly key: string; readonly shape: readonly number[] }[];
}

/**
 * Functions that are called while a run goes and waited for, under the names that TensorFlow.js has for them. `epoch` counts from 0 within
 * its phase, `batch` from 0 within its epoch. What a checkpoint has behind it is not called for again.
 */
export interface Callbacks {
  onTrainBegin?(logs: PhaseLogs, network: WatchedNetwork): unknown;
  onTrainEnd?(logs: PhaseLogs, network: WatchedNetwork): unknown;
  onEpochBegin?(epoch: number, logs: Record<string, never>, network: WatchedNetwork): unknown;
  /** After what the statements of the block did at the end of the epoch, and its evaluation. */
  onEpochEnd?(epoch: number, logs: EpochLogs, network: WatchedNetwork): unknown;
  onBatchBegin?(batch: number, logs: Record<string, never>, network: WatchedNetwork): unknown;
  onBatchEnd?(batch: number, logs: BatchLogs, network: WatchedNetwork): unknown;
  onPrune?(event: EventLogs, network: WatchedNetwork): unknown;
  /** `regrow` and `restore` that stand alone; what a `prune` regrows is told by `onPrune`. */
  onRegrow?(event: EventLogs, network: WatchedNetwork): unknown;
  onSlim?(event: EventLogs, network: WatchedNetwork): unknown;
  /** Every statement that acts at one moment, those with a function of their own included. */
  onEvent?(event: EventLogs, network: WatchedNetwork): unknown;
}

/** Whoever watches a run from inside: callbacks, and what is told without waiting for anybody. */
export interface Watcher extends Callbacks {
  /** An entry of the log, whoever made it. */
  onEntry?(event: EventLogs, network: WatchedNetwork): void;
  onNote?(text: string): void;
  /** A checkpoint of this step is on disk: a run that is killed goes on from here. */
  onCheckpoint?(step: number): void;
}
