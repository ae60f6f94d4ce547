import { cosineOfTurn, logarithm } from "../../core/elementary.js";
import { mix, randomStream } from "../../core/random.js";

/**
 * Noise that surgery does not change: every draw is a function of (seed, step, call, sample, position, channel
 * number), so a network that lost channels draws the same numbers at those it kept. A channel number that stands
 * several times on the axis (after a flatten) is told apart by its occurrence, which surgery keeps too.
 */
export interface Draws {
  /** Uniform in [0, 1) for every element of `shape`; the last axis is that of `ids`. */
  uniform(shape: readonly number[], ids: Int32Array | null): Float32Array;
  /** Standard normal (Box–Muller). */
  normal(shape: readonly number[], ids: Int32Array | null): Float32Array;
}

/** What tells calls and steps apart. */
export interface NoiseContext {
  readonly pass: { readonly seed: number; readonly step: number };
  readonly origin: number;
}

const known = new WeakMap<Int32Array, Int32Array>();

/** One word per index of an axis, from its channel number and how often that number came before. */
function codes(ids: Int32Array | null, length: number): Int32Array {
  const cached = ids ? known.get(ids) : undefined;
  if (cached) return cached;
  const out = new Int32Array(length);
  const seen = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const id = ids?.[i] ?? i;
    const before = seen.get(id) ?? 0;
    seen.set(id, before + 1);
    out[i] = mix(mix(id + 0x9e3779b9) + before);
  }
  if (ids) known.set(ids, out);
  return out;
}

/** Draws for one call of a layer; `stream` tells several patterns of one call apart. */
export function drawsOf(context: NoiseContext, stream: string): Draws {
  const { seed, step } = context.pass;
  const base = randomStream(seed, `noise ${stream}`, step, context.origin);
  const k0 = base.integer(0, 2 ** 32) | 0;
  const k1 = base.integer(1, 2 ** 32) | 0;

  const fill = (
    shape: readonly number[],
    ids: Int32Array | null,
    value: (word: number, second: number) => number,
  ): Float32Array => {
    const width = shape[shape.length - 1] ?? 1;
    const size = shape.reduce((p, q) => p * q, 1);
    const words = codes(ids && ids.length === width ? ids : null, width);
    const out = new Float32Array(size);
    for (let row = 0, at = 0; at < size; row++) {
      const key = mix(k0 + Math.imul(row, 0x9e3779b1));
      for (let c = 0; c < width; c++, at++) {
        const word = mix((words[c] ?? 0) ^ key);
        out[at] = value(mix(word + k1), word);
      }
    }
    return out;
  };

  return {
    uniform: (shape, ids) => fill(shape, ids, (word) => (word >>> 8) / 2 ** 24),
    normal: (shape, ids) =>
      fill(shape, ids, (word, second) => {
        const radius = Math.sqrt(-2 * logarithm(((word >>> 0) + 1) / (2 ** 32 + 1)));
        return radius * cosineOfTurn(mix(second ^ 0x5bd1e995));
      }),
  };
}
