import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newMaskState } from "../../core/masks/state.js";
import { codedBits } from "../../core/quantize/huffman.js";
import { kMeans } from "../../core/quantize/kmeans.js";
import { spreadGradients, sumGradients } from "../../core/quantize/shared.js";
import { storedKernel } from "../../core/quantize/stored.js";

/** What deep_compression.py worked out. */
interface Oracle {
  readonly clusters: readonly {
    readonly values: readonly number[];
    readonly k: number;
    readonly centroids: readonly number[];
    readonly codes: readonly number[];
    readonly gradients: readonly number[];
    readonly sums: readonly number[];
  }[];
  readonly stored: readonly {
    readonly nonzero: readonly number[];
    readonly bits: number;
    readonly fillers: number;
  }[];
  readonly counts: readonly { readonly counts: readonly number[]; readonly bits: number }[];
}
const oracle: Oracle = JSON.parse(readFileSync(join(import.meta.dirname, "deep-compression.json"), "utf8"));

describe("what NumPy and heapq have of Deep Compression", () => {
  it.each(oracle.clusters)("$k clusters, and the sums of the gradients in them", (one) => {
    const { centroids, codes } = kMeans(Float32Array.from(one.values), one.k);
    expect([...codes]).toEqual(one.codes);
    expect([...centroids]).toEqual(one.centroids.map((centroid) => expect.closeTo(centroid, 7)));
    const state = newMaskState(0);
    state.shared.set("w", codes);
    const gradient = Float32Array.from(one.gradients);
    const gradients = new Map([["w", gradient]]);
    sumGradients(state, gradients);
    expect(gradient.filter((g) => g !== 0)).toHaveLength(one.sums.length);
    spreadGradients(state, gradients);
    expect([...gradient]).toEqual(one.codes.map((code) => expect.closeTo(one.sums[code - 1] ?? NaN, 5)));
  });

  it.each(oracle.stored)("$fillers zeros that fill in with distances of $bits bits", (one) => {
    const data = Float32Array.from(one.nonzero, (lives, i) => lives * (i + 1));
    expect(storedKernel(data, { index: one.bits, shares: false })).toMatchObject({
      fillers: one.fillers,
      nonzero: one.nonzero.filter((lives) => lives === 1).length,
    });
  });

  it.each(oracle.counts)("$bits bits in Huffman's code", ({ counts, bits }) => {
    expect(codedBits(counts)).toBe(bits);
  });
});
