import { evidence } from "./generated/evidence.js";

/** What runs showed of a method: a file of `stdlib/evidence/`, written by `npm run evidence -- NAME`, never by hand. */
export interface Evidence {
  /** Digest of the program that was run; another one than that of the method as it stands: to be shown anew. */
  readonly program: string;
  /** Vectors of test/golden that the statements of the method give back. */
  readonly golden?: readonly { readonly vector: string; readonly about: string }[];
  /** Runs beside a control, over the same seeds: by how much it was better in each. */
  readonly trend?: Trend;
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
