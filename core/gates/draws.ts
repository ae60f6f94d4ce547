import { mix, randomStream } from "../random.js";

/**
 * Uniform draws in (0, 1) by unit for the gates of a statement in one step: functions of (seed, statement, step, number of the unit,
 * row) alone, a row being an example where each has a draw of its own. A word of the stream keys two rounds of Murmur3's finalizer
 * (Appleby 2011), since drawing for every weight of a network in every step must not cost a block cipher each.
 */
export function unitDraws(seed: number, id: number, step: number): (number: number, row: number) => number {
  const stream = randomStream(seed, "gates", id, step);
  const k0 = stream.integer(0, 2 ** 32) | 0;
  const k1 = stream.integer(1, 2 ** 32) | 0;
  return (number, row) => {
    const word = mix(mix(((number ^ k0) + Math.imul(row, 0x9e3779b1)) | 0) ^ k1);
    return ((word >>> 8) + 0.5) / 2 ** 24;
  };
}
