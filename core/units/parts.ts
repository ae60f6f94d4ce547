/**
 * A weight as seen by a structure: a matrix of `rows.length` × `cols.length` elements, the element at (r, c) belonging to entry
 * `rows[r] + cols[c]`, and to none where either is negative.
 */
export interface Part {
  readonly key: string;
  /** Which of the space's layers it belongs to. */
  readonly layer: number;
  readonly rows: Int32Array;
  readonly cols: Int32Array;
  /** Size of the last but one axis: the row index modulo this is the index on that axis. */
  readonly tall: number;
  /** Whether the last axis holds the input channels. */
  readonly inputsLast: boolean;
  /** Which of the two holds entry numbers; the other then holds only 0 and −1. */
  readonly carrier: "rows" | "cols" | "both";
}

/** Some elements of one part (or some entries of one layer, when `part` is null) and the entries they belong to. */
export interface Chunk {
  part: Part | null;
  layer: number;
  count: number;
  /** Element indices (entry indices when `part` is null). */
  readonly at: Int32Array;
  readonly entry: Int32Array;
}

export const chunkSize = 4096;

export function newChunk(): Chunk {
  return {
    part: null,
    layer: 0,
    count: 0,
    at: new Int32Array(chunkSize),
    entry: new Int32Array(chunkSize),
  };
}

/** Calls `visit` on all elements of a part that belong to an entry, in order of position. */
export function walkPart(part: Part, chunk: Chunk, visit: (chunk: Chunk) => void): void {
  const { rows, cols } = part;
  const { at, entry } = chunk;
  const wide = cols.length;
  chunk.part = part;
  chunk.layer = part.layer;
  let n = 0;
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r] ?? -1;
    if (row < 0) continue;
    const base = r * wide;
    for (let c = 0; c < wide; c++) {
      const col = cols[c] ?? -1;
      if (col < 0) continue;
      at[n] = base + c;
      entry[n] = row + col;
      if (++n === chunkSize) {
        chunk.count = n;
        visit(chunk);
        n = 0;
      }
    }
  }
  if (n > 0) {
    chunk.count = n;
    visit(chunk);
  }
}

/** Where an element of a part lies among its input (or output) channels. */
export function axisPlace({ cols, tall, inputsLast }: Part, axis: "in" | "out", at: number): number {
  return (axis === "in") === inputsLast ? at % cols.length : Math.floor(at / cols.length) % tall;
}

/** Calls `visit` on the entries `from` … `to − 1` of a layer. */
export function walkEntries(
  layer: number,
  from: number,
  to: number,
  chunk: Chunk,
  visit: (chunk: Chunk) => void,
): void {
  chunk.part = null;
  chunk.layer = layer;
  for (let start = from; start < to; start += chunkSize) {
    const n = Math.min(chunkSize, to - start);
    for (let i = 0; i < n; i++) {
      chunk.at[i] = start + i;
      chunk.entry[i] = start + i;
    }
    chunk.count = n;
    visit(chunk);
  }
}
