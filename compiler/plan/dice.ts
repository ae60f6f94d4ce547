import { randomStream } from "../../core/random.js";

/** What a draw of the dry run leaves to chance: reproducible numbers, and counts of what dies where nothing says which units do. */
export class Dice {
  #state: number;

  /** `draw`: which of the draws this is. */
  constructor(readonly draw: number) {
    this.#state = randomStream(1, "dry run", draw).integer(0, 2 ** 32);
  }

  /** Uniform in [0, 1): the sequence of Weyl with the mixing of splitmix (Steele, Lea and Flood 2014), on 32 bits. */
  uniform(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  }

  scores(length: number): Float32Array {
    const scores = new Float32Array(length);
    for (let i = 0; i < length; i++) scores[i] = this.uniform();
    return scores;
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** How many of `taken` units, drawn from `all` of which `marked` are marked, are marked. */
  marked(all: number, marked: number, taken: number): number {
    const least = Math.max(0, taken + marked - all);
    const most = Math.min(taken, marked);
    if (least >= most) return Math.max(0, most);
    const share = marked / all;
    const spread = taken * share * (1 - share) * ((all - taken) / Math.max(1, all - 1));
    return clamp(Math.round(taken * share + this.normal() * Math.sqrt(spread)), least, most);
  }

  /** `taken` units drawn from groups of these sizes: how many of each. */
  among(sizes: readonly number[], taken: number): number[] {
    let all = sizes.reduce((sum, size) => sum + size, 0);
    let left = Math.min(taken, all);
    return sizes.map((size) => {
      const here = this.marked(all, size, left);
      all -= size;
      left -= here;
      return here;
    });
  }

  /**
   * The sum of `f(marked)` over `groups` groups of `size` units each, when `marked` of `all` units are marked: normal, by mean and
   * variance of one group.
   */
  overGroups(groups: number, size: number, share: number, f: (marked: number) => number): number {
    if (groups <= 0) return 0;
    if (share <= 0 || share >= 1) return Math.round(groups * f(share <= 0 ? 0 : size));
    // Far from its middle a wide group hardly ever lies.
    const reach = 8 * Math.sqrt(size * share * (1 - share)) + 8;
    const first = Math.max(0, Math.floor(size * share - reach));
    const last = Math.min(size, Math.ceil(size * share + reach));
    const mode = clamp(Math.floor((size + 1) * share), first, last);
    const up = (x: number) => ((size - x) / (x + 1)) * (share / (1 - share));
    const chances = new Float64Array(last - first + 1);
    chances[mode - first] = 1;
    for (let x = mode; x < last; x++) chances[x + 1 - first] = (chances[x - first] ?? 0) * up(x);
    for (let x = mode; x > first; x--) chances[x - 1 - first] = (chances[x - first] ?? 0) / up(x - 1);
    let [weight, mean, square] = [0, 0, 0];
    chances.forEach((chance, i) => {
      const value = f(first + i);
      weight += chance;
      mean += chance * value;
      square += chance * value ** 2;
    });
    mean /= weight;
    const variance = Math.max(0, square / weight - mean ** 2);
    return Math.max(0, Math.round(groups * mean + this.normal() * Math.sqrt(groups * variance)));
  }
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value));
