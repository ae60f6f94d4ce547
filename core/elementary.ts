/**
 * Exponential, logarithm and cosine for loops over all weights of a network: additions and products with tables, which the compiler of
 * the engine puts into the loop, in place of a call for every number. To about 15 digits.
 */

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** 2 to the power of its index, less `middle`. */
const powers = Float64Array.from({ length: 2047 }, (_, i) => 2 ** (i - 1023));
const middle = 1023;

const steps = 256;
/** 2^(i/256). */
const roots = Float64Array.from({ length: steps }, (_, i) => 2 ** (i / steps));
const [perStep, ofStep] = [steps / Math.LN2, Math.LN2 / steps];

/** e^x, for |x| ≤ 700. */
export function exponential(x: number): number {
  const n = Math.floor(x * perStep + 0.5) | 0;
  const r = x - n * ofStep;
  const near = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24))));
  return (powers[(n >> 8) + middle] ?? 0) * (roots[n & (steps - 1)] ?? 0) * near;
}

/** The logarithms of the middles of 256 equal parts of 1 … 2. */
const logarithms = Float64Array.from({ length: steps }, (_, i) => Math.log(1 + (i + 0.5) / steps));

/** log x, for 10⁻³⁵ < x < 10³⁵, with an error of 10⁻¹⁵ beside 1. */
export function logarithm(x: number): number {
  single[0] = x;
  const word = bits[0] ?? 0;
  bits[0] = (word & 0x7fff8000) | 0x4000;
  const near = single[0];
  const r = (x - near) / near;
  const rest = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4 - r * (1 / 5)))));
  return ((word >> 23) - 127) * Math.LN2 + (logarithms[(word >> 15) & (steps - 1)] ?? 0) + rest;
}

const directions = 512;
const cosines = Float64Array.from({ length: directions }, (_, i) => Math.cos((2 * Math.PI * i) / directions));
const sines = Float64Array.from({ length: directions }, (_, i) => Math.sin((2 * Math.PI * i) / directions));

/** The cosine of a share of a full turn: `word` / 2³², the word taken without a sign. */
export function cosineOfTurn(word: number): number {
  const i = word >>> 23;
  const angle = (word & 0x7fffff) * ((2 * Math.PI) / 2 ** 32);
  const square = angle * angle;
  const cosine = 1 - square * (1 / 2 - square * (1 / 24 - square * (1 / 720)));
  const sine = angle * (1 - square * (1 / 6 - square * (1 / 120)));
  return (cosines[i] ?? 0) * cosine - (sines[i] ?? 0) * sine;
}
