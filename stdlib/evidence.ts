import { evidence } from "./generated/evidence.js";

/** What runs showed of a method: a file of `stdlib/evidence/`, written by `npm run evidence -- NAME`, never by hand, and rows of the MNIST table. */
export interface Evidence {
  /** Digest of the program that was run; another one than that of the method as it stands: to be shown anew. */
  readonly program: string;
  /** Vectors of test/golden that the statements of the method give back. */
  readonly golden?: readonly { readonly vector: string; readonly about: string }[];
  /** Runs beside a control, over the same seeds: by how much it was better in each. */
  readonly trend?: Trend;
  /** Published figures that it met on all of MNIST, from `bench/results/mnist.json`. */
  readonly published?: readonly Published[];
}

/** A figure of a paper, and what was measured of a program with the same method on the same network. */
export interface Published {
  /** As papers call it. */
  readonly network: string;
  /** All weights over those that are not zero, and test error in percent, as published. */
  readonly compression: number;
  readonly error: number;
  /** Where these were read: in the paper, or cited elsewhere. */
  readonly from: "paper" | "second hand";
  readonly seeds: readonly number[];
  readonly ours: { readonly compression: MeasuredFigure; readonly error: MeasuredFigure };
  /** Test error, in percent, of the network that nothing was cut from; null where it was not measured. */
  readonly unpruned: MeasuredFigure | null;
}

/** Mean and sample deviation over seeds. */
export interface MeasuredFigure {
  readonly mean: number | null;
  readonly deviation: number | null;
}

export interface Trend {
  /** Network and data, in words. */
  readonly task: string;
  /** What stands before the call of the method. */
  readonly before?: string;
  /** What the control does otherwise, in words. */
  readonly control: string;
  /** The arguments of both. */
  readonly set: Readonly<Record<string, string>>;
  /** What is compared, in words: the higher, the better. */
  readonly measure: string;
  readonly seeds: readonly number[];
  /** The measure, seed by seed. */
  readonly method: readonly number[];
  readonly beside: readonly number[];
}

/** What was shown of a method; undefined where nothing was. */
export const evidenceOf = (method: string): Evidence | undefined => evidence.get(method);
