/**
 * Floats as unsigned integers in the same order: NaN first, then −∞ … +∞, with −0 equal to 0. A key is four digits of 16 bits,
 * the last two always 0 for 32-bit floats.
 */
export type Scores = Float32Array | Float64Array;

const NAN = 0x7f800000;
const NAN64 = 0x7ff00000;

function key32(bits: number): number {
  if (bits === 0x80000000 || bits === 0) return 0x80000000;
  if ((bits & 0x7fffffff) > NAN) return 0;
  return (bits & 0x80000000) !== 0 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0;
}

/** Reads one digit of the key at an index; digit 0 is the highest. */
export type DigitReader = (index: number) => number;

export function digitReader(scores: Scores, digit: number): DigitReader {
  if (scores instanceof Float32Array) {
    const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
    if (digit === 0) return (i) => key32(bits[i] ?? 0) >>> 16;
    if (digit === 1) return (i) => key32(bits[i] ?? 0) & 0xffff;
    return () => 0;
  }
  const words = new Uint32Array(scores.buffer, scores.byteOffset, scores.length * 2);
  const high = (i: number): number => {
    const hi = words[2 * i + 1] ?? 0;
    const lo = words[2 * i] ?? 0;
    const size = hi & 0x7fffffff;
    if (size === 0 && lo === 0) return 0x80000000;
    if (size > NAN64 || (size === NAN64 && lo !== 0)) return 0;
    return (hi & 0x80000000) !== 0 ? ~hi >>> 0 : (hi | 0x80000000) >>> 0;
  };
  const low = (i: number): number => {
    const hi = words[2 * i + 1] ?? 0;
    const lo = words[2 * i] ?? 0;
    const size = hi & 0x7fffffff;
    if (size > NAN64 || (size === NAN64 && lo !== 0) || (size === 0 && lo === 0)) return 0;
    return (hi & 0x80000000) !== 0 ? ~lo >>> 0 : lo;
  };
  if (digit === 0) return (i) => high(i) >>> 16;
  if (digit === 1) return (i) => high(i) & 0xffff;
  return digit === 2 ? (i) => low(i) >>> 16 : (i) => low(i) & 0xffff;
}

export const digitsOf = (scores: Scores): number => (scores instanceof Float32Array ? 2 : 4);

/** The order of two scores: NaN first, −0 equal to 0. */
export function compareScores(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
}
