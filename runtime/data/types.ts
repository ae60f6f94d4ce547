import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { Batch } from "../types.js";

/** What the training session asks of data. Readers build sources; the session shuffles and cuts batches. */

/** What one target looks like: class indices, or a tensor per example (batch axis left out). */
export type TargetFacts =
  | { readonly kind: "labels"; readonly classes: number }
  | { readonly kind: "dense"; readonly shape: readonly number[] };

export interface DataFacts {
  /** For reports and progress lines: "mnist", "digits.csv". */
  readonly name: string;
  /** Shape of one example per network input, batch axis left out. */
  readonly inputs: readonly (readonly number[])[];
  /** One per network output. */
  readonly targets: readonly TargetFacts[];
  /** Numbers of examples; null where only a pass over the source would tell. */
  readonly train: number | null;
  readonly test: number | null;
  /** Left out where nothing is held out for validation. */
  readonly validation?: number | null;
}

/** Examples reachable by index: everything that is a file or fits memory. */
export interface IndexedSplit {
  readonly kind: "indexed";
  readonly examples: number;
  /**
   * The examples at these indices, in this order, in buffers that are reused: valid until the next call on this
   * split. Indices are within 0 … `examples` − 1 and may repeat.
   */
  gather(indices: Int32Array): Batch | Promise<Batch>;
}

/** One pass over a streamed split. The same pass must yield the same batches whenever it is opened. */
export interface Pass {
  /** From 1; counts on through all phases of a run. */
  readonly epoch: number;
  /** Wanted examples per batch. A stream may yield other sizes; every batch yielded is one step. */
  readonly size: number;
  readonly seed: number;
}

/** Batches as a module of the user makes them: order and augmentation are its own. */
export interface StreamedSplit {
  readonly kind: "streamed";
  /** Batches of one pass at this batch size, or null when unknown: the session then counts one pass before training. */
  batches(size: number): number | null;
  open(pass: Pass): AsyncIterable<Batch> | Iterable<Batch>;
}

export type Split = IndexedSplit | StreamedSplit;

export interface DataSource {
  readonly train: Split;
  /** Null or left out where there is none: conditions are then measured on the training split. */
  readonly test?: Split | null;
  /** What choices are made by: conditions, `keeping best`. Left out: the test split. */
  readonly validation?: Split | null;
  /** The same every time: a checkpoint of a run on other data is refused. */
  describe(): DataFacts;
  /** Lets go of files and buffers. */
  close?(): void | Promise<void>;
}

/** Data by a path or a name, with what is to be told of them. */
export interface OpenedData {
  readonly source: DataSource;
  readonly diagnostics: readonly Diagnostic[];
}

/** Data as a module exports them, or as an object of the same form. */
export interface DataParts {
  readonly train: DataPart;
  /** Left out: conditions are measured on the training data. */
  readonly test?: DataPart;
  /** What choices are made by: conditions, `keeping best`. Left out: the test data. */
  readonly validation?: DataPart;
  /** Batches of one pass over the training data at this batch size. Left out: one pass is counted before training. */
  batches?(size: number): number;
}

/** A function that gives one pass, batch by batch; a tf.data.Dataset of batches; or all examples at once. */
export type DataPart = ((pass: Pass) => Batches) | DatasetGiven | GivenBatch;

type Batches =
  | Iterable<GivenBatch>
  | AsyncIterable<GivenBatch>
  | Promise<Iterable<GivenBatch> | AsyncIterable<GivenBatch>>;

/** What is asked of a tf.data.Dataset: its elements are batches, `{ xs, ys }`, whose tensors are disposed of once they are read. */
export interface DatasetGiven {
  /** Batches, where the dataset knows. */
  readonly size?: number | null;
  iterator(): Promise<{ next(): Promise<{ readonly value: unknown; readonly done?: boolean }> }>;
  forEachAsync(each: (value: never) => void): Promise<void>;
}

/** One batch, by our names or by those of TensorFlow.js. Of several inputs or outputs: a list, or an object by names of layers. */
export type GivenBatch = (
  | { readonly inputs: PerEnd<GivenArray>; readonly targets: PerEnd<GivenTarget> }
  | { readonly xs: PerEnd<GivenArray>; readonly ys: PerEnd<GivenTarget> }
) & {
  /** How much each row counts in loss and accuracy, or each position of it. Left out: all count 1. */
  readonly weights?: PerEnd<GivenArray | null>;
};
type PerEnd<T> = T | readonly T[] | { readonly [layer: string]: T };

/** Rows first. Tensors are read at once and stay the caller's. */
export type GivenArray =
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] }
  | { readonly shape: readonly number[]; readonly dtype: string; dataSync(): ArrayLike<number> }
  | ArrayLike<number>
  | NestedLists;
type NestedLists = readonly (number | ArrayLike<number> | NestedLists)[];
/** Class indices, one a row or one a position, or an array of the output's shape. */
export type GivenTarget = { readonly labels: ArrayLike<number> } | GivenArray;

/** What `data` may be from JavaScript: a path or name, a source, or parts of the forms of a module. */
export type DataGiven = string | DataSource | DataParts | DatasetGiven | GivenBatch;
