import type { MeasuredFigure, Published } from "../stdlib/evidence.js";

/** A row of bench/results/mnist.json. */
export interface MnistRow extends Omit<Published, "unpruned" | "compression" | "error" | "from" | "ours"> {
  readonly program: string;
  /** Of `std`, that the program calls or writes out. */
  readonly method: string | null;
  readonly compression: number | null;
  /** Units of each layer, where that is what the paper gives. */
  readonly structure?: string;
  /** Of bytes in Huffman's code, where that is published. */
  readonly coded?: number;
  readonly error: number | null;
  readonly from: Published["from"] | null;
  readonly ours: Published["ours"] & { readonly coded?: MeasuredFigure };
  /** Why it misses its figures. */
  readonly why?: string;
}

type Measured = Omit<MnistRow, "method">;
export function digestOf(network: string, program: string): string;
export function currentRows(rows: readonly (Measured & { readonly digest: string })[]): readonly MnistRow[];
export function mnistRows(): readonly MnistRow[];
export function meets(row: MnistRow): boolean | null;
export function publishedBy(rows: readonly MnistRow[]): ReadonlyMap<string, readonly Published[]>;
export function mnistLines(rows: readonly MnistRow[]): readonly string[];
