import { digitReader } from "../units/keys.js";
import type { Scores } from "../units/keys.js";

export const bins = 1 << 16;

export interface Histogram {
  readonly counts: Int32Array;
  /** 32-bit floats, none of them NaN or −0. */
  readonly plain: boolean;
}

/** Counts the open ones (1) of a range by the highest digit of their keys. */
export function histogram(scores: Scores, open: Uint8Array, from: number, to: number): Histogram {
  if (scores instanceof Float32Array) {
    const counts = plainHistogram(scores, open, from, to);
    if (isPlain(counts)) return { counts, plain: true };
  }
  const read = digitReader(scores, 0);
  const counts = new Int32Array(bins);
  for (let i = from; i < to; i++) {
    if (open[i] !== 1) continue;
    const bin = read(i);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { counts, plain: false };
}

/** Marks those before a bin in `chosen` and lists those inside it, ascending. */
export function split(
  scores: Scores,
  open: Uint8Array,
  from: number,
  to: number,
  { counts, plain }: Histogram,
  bin: number,
  chosen: Uint8Array,
): Int32Array {
  const rest = new Int32Array(counts[bin] ?? 0);
  let n = 0;
  if (plain && scores instanceof Float32Array) {
    const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
    for (let i = from; i < to; i++) {
      const b = bits[i] ?? 0;
      const at = (b ^ ((b >> 31) | -0x80000000)) >>> 16;
      if (at > bin || open[i] !== 1) continue;
      if (at < bin) chosen[i] = 1;
      else rest[n++] = i;
    }
    return rest;
  }
  const read = digitReader(scores, 0);
  for (let i = from; i < to; i++) {
    if (open[i] !== 1) continue;
    const at = read(i);
    if (at < bin) chosen[i] = 1;
    else if (at === bin) rest[n++] = i;
  }
  return rest;
}

/** The digits of floats that are neither NaN nor −0, whose keys need no thought. */
function plainHistogram(scores: Float32Array, open: Uint8Array, from: number, to: number): Int32Array {
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  const counts = new Int32Array(bins);
  for (let i = from; i < to; i++) {
    if (open[i] !== 1) continue;
    const b = bits[i] ?? 0;
    const at = (b ^ ((b >> 31) | -0x80000000)) >>> 16;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/** Whether no bin is filled that could hold a NaN of either sign or −0. */
function isPlain(counts: Int32Array): boolean {
  if ((counts[0x7fff] ?? 0) > 0) return false;
  for (let bin = 0; bin <= 0x7f; bin++) if ((counts[bin] ?? 0) > 0) return false;
  for (let bin = 0xff80; bin < bins; bin++) if ((counts[bin] ?? 0) > 0) return false;
  return true;
}
