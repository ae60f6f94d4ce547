/**
 * Randomness without state: every draw is a pure function of (seed, stream name, integers, position), so that nothing
 * of it needs saving, and a draw does not depend on which others were made before it.
 *
 * The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3;
 * SC 2011): additions, rotations and exclusive-ors of 32-bit words, which JavaScript does exactly on every machine.
 */
export interface RandomStream {
  /** Uniform in [0, 1), 53 bits, at a position (a non-negative safe integer). */
  uniform(position: number): number;
  /** Standard normal at a position (Box–Muller, both words of one block). */
  normal(position: number): number;
  /** Uniform integer in 0 … n − 1 at a position. */
  integer(position: number, n: number): number;
  /** A uniformly drawn order of 0 … n − 1 (Fisher–Yates). */
  permutation(n: number): Int32Array;
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Threefry-2x32-20: writes the two output words into `out`. All words are taken modulo 2³². */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    const half = (group & 1) * 4;
    for (let i = 0; i < 4; i++) {
      const r = rotations[half + i] ?? 0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    const injected = (group + 1) % 3;
    x0 = (x0 + (injected === 0 ? k0 : injected === 1 ? k1 : k2)) | 0;
    x1 = (x1 + (injected === 0 ? k1 : injected === 1 ? k2 : k0) + group + 1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
}

/**
 * The stream of a name and some integers (statement ids, steps, epochs, layers…) under a seed. Streams that differ in
 * any of them are independent. `keys` are safe integers, negative ones included.
 */
export function randomStream(seed: number, name: string, ...keys: readonly number[]): RandomStream {
  const block = new Uint32Array(2);
  let k0 = seed | 0;
  let k1 = Math.floor(seed / 2 ** 32) | 0;
  const fold = (low: number, high: number): void => {
    threefry(k0, k1, low, high, block);
    k0 = block[0] ?? 0;
    k1 = block[1] ?? 0;
  };
  for (let i = 0; i < name.length; i++) fold(name.charCodeAt(i), i);
  fold(name.length, 1 << 30);
  for (const key of keys) fold(key | 0, Math.floor(key / 2 ** 32) | 0);

  const draw = (position: number): void =>
    threefry(k0, k1, position | 0, Math.floor(position / 2 ** 32), block);
  const uniform = (position: number): number => {
    draw(position);
    return ((block[0] ?? 0) * 2 ** 21 + ((block[1] ?? 0) >>> 11)) / 2 ** 53;
  };
  return {
    uniform,
    normal(position) {
      draw(position);
      // The first word never gives 0, whose logarithm would be infinite.
      const radius = Math.sqrt(-2 * Math.log(((block[0] ?? 0) + 1) / 2 ** 32));
      return radius * Math.cos((2 * Math.PI * (block[1] ?? 0)) / 2 ** 32);
    },
    integer: (position, n) => Math.floor(uniform(position) * n),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(uniform(i) * (i + 1));
        const held = order[i] ?? 0;
        order[i] = order[j] ?? 0;
        order[j] = held;
      }
      return order;
    },
  };
}

/** A 32-bit mixer with full avalanche (the finalizer of MurmurHash3, Appleby 2011), for where a block cipher a draw costs too much. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
