import type { Network } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";
import { codedBits } from "./huffman.js";
import { indexBits } from "./methods.js";

/** What weights take in the forms of Deep Compression (Han, Mao, Dally; ICLR 2016), in bytes. */
export interface Stored {
  /** Every weight in 32 bits. */
  readonly dense: number;
  /** Nonzero weights, each with its distance from the last one; of a kernel without zeros all of them. */
  readonly sparse: number;
  /** The same with numbers of shared values in place of these, and the list of the values. */
  readonly shared: number;
  /** Distances and numbers in Huffman's code, with the lengths of its words. */
  readonly coded: number;
}

/** What the kernels of a layer take, and what these hold. */
export interface StoredLayer extends Stored {
  readonly layer: string;
  readonly weights: number;
  readonly nonzero: number;
  /** Zeros that bridge distances which do not fit. */
  readonly fillers: number;
  /** Shared values, and the bits that number them; null where the weights share none. */
  readonly values: number | null;
  readonly bits: number | null;
}

/** Of a whole network. */
export interface StoredNetwork {
  readonly layers: readonly StoredLayer[];
  /** All variables: what is no kernel stays in 32 bits. */
  readonly all: Stored;
}

/** Bytes of so many bits. */
const bytes = (bits: number): number => Math.ceil(bits / 8);
/** A float32. */
const wide = 4;

/**
 * What a kernel takes. Distances run through the kernel as it lies in memory, from 1 up to 2^bits − 1; 0 stands for a zero that many
 * places on. A zero of this kind is stored as a weight is, and numbers of values need no place for it.
 */
export function storedKernel(
  data: Float32Array,
  { index, shares }: { readonly index: number; readonly shares: boolean },
): Omit<StoredLayer, "layer"> {
  const furthest = 2 ** index - 1;
  const distances = new Array<number>(furthest + 1).fill(0);
  const numbers = new Map<number, number>();
  let [nonzero, fillers, last] = [0, 0, -1];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (value === 0) continue;
    const between = Math.ceil((i - last) / furthest) - 1;
    const distance = i - last - between * furthest;
    fillers += between;
    distances[distance] = (distances[distance] ?? 0) + 1;
    if (shares) numbers.set(value, (numbers.get(value) ?? 0) + 1);
    last = i;
    nonzero++;
  }
  distances[0] = fillers;
  const full = nonzero === data.length;
  const entries = full ? nonzero : nonzero + fillers;
  const own = full ? 0 : index;
  const values = numbers.size;
  const bits = Math.max(1, Math.ceil(Math.log2(values)));
  const dense = wide * data.length;
  const sparse = bytes(entries * (8 * wide + own));
  const distanceBits = full ? 0 : codedBits(distances) + lengthsBits(distances);
  const counts = fillers === 0 ? [...numbers.values()] : [fillers, ...numbers.values()];
  const valueBits = shares ? codedBits(counts) + lengthsBits(counts) + 8 * wide * values : entries * 8 * wide;
  return {
    weights: data.length,
    nonzero,
    fillers,
    values: shares ? values : null,
    bits: shares ? bits : null,
    dense,
    sparse,
    shared: shares ? bytes(entries * (bits + own)) + wide * values : sparse,
    coded: bytes(distanceBits + valueBits),
  };
}

/** Of the lengths of code words, a byte each: of all symbols in order, or of those that stand, each behind its symbol. */
const lengthsBits = (counts: readonly number[]): number =>
  8 * Math.min(counts.length, 2 * counts.filter((count) => count > 0).length);

const none: Stored = { dense: 0, sparse: 0, shared: 0, coded: 0 };
const added = (a: Stored, b: Stored): Stored => ({
  dense: a.dense + b.dense,
  sparse: a.sparse + b.sparse,
  shared: a.shared + b.shared,
  coded: a.coded + b.coded,
});

/** What a network takes as it computes; `shared`: keys of weights that share values. */
export function storedNetwork(
  network: Network,
  parameters: ParameterStore,
  shared: ReadonlyMap<string, unknown>,
): StoredNetwork {
  const layers: StoredLayer[] = [];
  let all = none;
  for (const { path, weights } of network.layers) {
    let own: StoredLayer | null = null;
    for (const { key, shape, isKernel } of weights) {
      const data = parameters.get(key)?.data;
      if (data === undefined) continue;
      const shares = shared.has(key);
      if (!isKernel && !shares) {
        const size = wide * data.length;
        all = added(all, { dense: size, sparse: size, shared: size, coded: size });
        continue;
      }
      const kernel = { layer: path, ...storedKernel(data, { index: indexBits(shape), shares }) };
      all = added(all, kernel);
      own = own === null ? kernel : together(own, kernel);
    }
    if (own !== null) layers.push(own);
  }
  return { layers, all };
}

/** The kernels of a recurrent or separable layer. */
function together(a: StoredLayer, b: StoredLayer): StoredLayer {
  const { dense, sparse, shared, coded } = added(a, b);
  return {
    layer: a.layer,
    weights: a.weights + b.weights,
    nonzero: a.nonzero + b.nonzero,
    fillers: a.fillers + b.fillers,
    values: a.values === null && b.values === null ? null : (a.values ?? 0) + (b.values ?? 0),
    bits: a.bits === null && b.bits === null ? null : Math.max(a.bits ?? 0, b.bits ?? 0),
    ...{ dense, sparse, shared, coded },
  };
}
