import { threefry } from "../random.js";
import type { Space } from "../units/space.js";

/**
 * A draw in [0, 1) per entry that depends on nothing but (seed, keys, the unit's place): the same for all members of a unit.
 * Counter-based: a 64-bit key from Threefry, then two rounds of Murmur3's finalizer per position (Appleby 2011), since scoring
 * millions of weights at random must not cost a block cipher each.
 */
export function entryDraw(space: Space, seed: number, keys: readonly number[]): (entry: number) => number {
  const block = new Uint32Array(2);
  let k0 = seed | 0;
  let k1 = Math.floor(seed / 2 ** 32) | 0;
  for (const key of [0x6472_6177, ...keys]) {
    threefry(k0, k1, key | 0, Math.floor(key / 2 ** 32) | 0, block);
    k0 = block[0] ?? 0;
    k1 = block[1] ?? 0;
  }
  const roots = space.channelUnits?.map((unit) => unit.root);
  return (entry) => {
    const unit = space.entryUnit?.[entry] ?? entry;
    const place = roots?.[unit] ?? unit;
    const high = mix(mix((place ^ k0) | 0) ^ k1);
    const low = mix(high ^ place ^ k1);
    return ((high >>> 0) * 2 ** 21 + (low >>> 11)) / 2 ** 53;
  };
}

function mix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
