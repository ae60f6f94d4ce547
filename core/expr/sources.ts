import type { ExprIr } from "../ir/clauses.js";
import type { GateScore } from "../gates/types.js";
import { eachGuarded, scoresOf } from "../gates/values.js";
import { maskedView } from "../masks/masked.js";
import { latent, living } from "../masks/state.js";
import type { ParameterStore, Slots } from "../parameters.js";
import { mix, threefry } from "../random.js";
import { newChunk, walkPart, type Chunk } from "../units/parts.js";
import type { Space } from "../units/space.js";
import { entrySizes } from "./domain.js";
import type { OwnAtWork } from "./own-units.js";
import {
  binaryOf,
  elementNode,
  entryFunctionNode,
  entryNode,
  layerNode,
  numberNode,
  type Node,
} from "./nodes.js";

/** Arrays by weight key, same length as the weight. */
export type Arrays = ReadonlyMap<string, Float32Array | Float64Array>;

/** Where the names of an expression get their values in a run. What is left out has no value. */
export interface Values {
  readonly seed: number;
  /** Statement id and event: draws of `random` hang on them. */
  readonly keys: readonly number[];
  readonly g?: Arrays;
  readonly g2?: Arrays;
  readonly h?: Arrays;
  readonly hg?: Arrays;
  readonly hw?: Arrays;
  readonly hinv?: Arrays;
  readonly slots?: Slots;
  /** Values to use instead of the masked weights (those underneath; the last values of dead units, put back). */
  readonly w?: Arrays;
  /** What works out scores in JavaScript. */
  readonly own?: OwnAtWork | undefined;
  /** Parts of expressions that were gathered over batches. */
  readonly gathered?: (expr: ExprIr) => Node | undefined;
}

/** Where the engine takes the value of a name from. */
export type Source = (space: Space, values: Values) => Node | undefined;

const keyed = (arrays: Arrays | undefined) => arrays && elementNode((key) => arrays.get(key));
/** The weights as names see them: those given, else as the network computes with them. */
export function dataNow(
  space: Space,
  w: Arrays | undefined,
): (key: string) => Float32Array | Float64Array | undefined {
  let view: ParameterStore | undefined;
  return (key) => w?.get(key) ?? (view ??= maskedView(space)).get(key)?.data;
}
const weights = (space: Space, { w }: Values): Node => elementNode(dataNow(space, w));
const atStart = (space: Space, { w }: Values): Node => {
  const now = dataNow(space, w);
  return elementNode((key) => space.state.start.get(key) ?? now(key));
};

export const sources = {
  weights,
  atStart,
  change: (space, values) => binaryOf("-", weights(space, values), atStart(space, values)),
  gradient: (_, { g }) => keyed(g),
  squares: (_, { g2 }) => keyed(g2),
  curvature: (_, { h }) => keyed(h),
  curvatureAlong: (_, { hg }) => keyed(hg),
  curvatureOfWeights: (_, { hw }) => keyed(hw),
  inverse: (_, { hinv }) => keyed(hinv),
  momentum: (_, { slots }) => elementNode((key) => slots?.get(key)?.["momentum"]),
  draw: (space, { seed, keys }) => entryFunctionNode(entryDraw(space, seed, keys)),
  size: (space) =>
    space.elementary
      ? numberNode(1)
      : entryNode(entrySizes({ entries: space.entries, walk: walkParts(space) })),
  fanIn,
  alive: aliveUnits,
  gate: gateScore("gate"),
  alpha: gateScore("alpha"),
  snr: gateScore("snr"),
  distance,
  tail,
  /** Over batches or batch norms, before the expression around it is worked out. */
  gathered: () => undefined,
} as const satisfies Readonly<Record<string, Source>>;

/** Units that no gate guards are open, without noise. */
const unguarded: Readonly<Record<GateScore, number>> = { gate: 1, alpha: -Infinity, snr: Infinity };

/** What learned gates say of the units, the last of those that guard a unit. */
function gateScore(name: GateScore): Source {
  return (space) => {
    const { network, state, parameters } = space;
    const weights = (key: string) => parameters.get(key)?.data;
    const scores = new Float64Array(space.entries).fill(unguarded[name]);
    for (const gates of state.gates.values()) {
      const values = scoresOf(network, gates, name, weights);
      if (values === null) continue;
      eachGuarded(space, gates, (entry, unit) => (scores[entry] = values[unit] ?? 0));
    }
    return entryNode(scores);
  };
}

/** Visits all elements of the weights of a space. */
export function walkParts(space: Space): (visit: (chunk: Chunk) => void) => void {
  const chunk = newChunk();
  return (visit) => {
    for (const part of space.parts) walkPart(part, chunk, visit);
  };
}

const statusOf = (space: Space, entry: number): number =>
  space.status[space.entryUnit?.[entry] ?? entry] ?? 1;
export const livesIn = (space: Space, entry: number): boolean => statusOf(space, entry) === living;
export const isLatent = (space: Space, entry: number): boolean => statusOf(space, entry) === latent;

/** Living inputs of one output, per entry's layer: what a unit sums over. */
function fanIn(space: Space): Node {
  const values = new Float64Array(space.layers.length);
  for (const part of space.parts) {
    const rows = part.rows.reduce((n, row) => n + (row >= 0 ? 1 : 0), 0);
    const cols = part.cols.reduce((n, col) => n + (col >= 0 ? 1 : 0), 0);
    const inputs = part.inputsLast ? (rows / part.tall) * cols : rows;
    values[part.layer] = Math.max(values[part.layer] ?? 0, inputs);
  }
  return layerNode(values);
}

function aliveUnits(space: Space): Node {
  return layerNode(
    Float64Array.from(space.layers, ({ start, end }) => {
      let n = 0;
      for (let i = start; i < end; i++) if (livesIn(space, i)) n++;
      return n;
    }),
  );
}

/**
 * How far a unit lies from the others: the sum of the Euclidean distances between its weights in a layer and those of every living
 * unit of that layer (He et al. 2019: the nearest to the geometric median has the smallest). All pairs are compared.
 */
function distance(space: Space, { w }: Values): Node {
  const data = dataNow(space, w);
  const walk = walkParts(space);
  const sizes = entrySizes({ entries: space.entries, walk });
  const vectors = Array.from(sizes, (size) => new Float64Array(size));
  const filled = new Int32Array(space.entries);
  walk(({ part, at, entry, count }) => {
    const values = data(part?.key ?? "");
    for (let i = 0; i < count; i++) {
      const to = entry[i] ?? 0;
      const place = filled[to] ?? 0;
      (vectors[to] ?? none)[place] = values?.[at[i] ?? 0] ?? 0;
      filled[to] = place + 1;
    }
  });
  const sums = new Float64Array(space.entries);
  for (const { start, end } of space.layers)
    for (let one = start; one < end; one++)
      for (let other = one + 1; other < end; other++) {
        const apart = euclidean(vectors[one] ?? none, vectors[other] ?? none);
        if (livesIn(space, other)) sums[one] = (sums[one] ?? 0) + apart;
        if (livesIn(space, one)) sums[other] = (sums[other] ?? 0) + apart;
      }
  return entryNode(sums);
}

/**
 * Σ w² of the living units of a layer that are no smaller than a unit, by their own Σ w², itself among them (Lee et al. 2021). Of dead
 * units, of those that live.
 */
function tail(space: Space, { w }: Values): Node {
  const data = dataNow(space, w);
  const squares = new Float64Array(space.entries);
  walkParts(space)(({ part, at, entry, count }) => {
    const values = data(part?.key ?? "");
    for (let i = 0; i < count; i++) {
      const to = entry[i] ?? 0;
      squares[to] = (squares[to] ?? 0) + (values?.[at[i] ?? 0] ?? 0) ** 2;
    }
  });
  const sums = new Float64Array(space.entries);
  for (const { start, end } of space.layers) {
    const order = Int32Array.from({ length: end - start }, (_, i) => start + i);
    order.sort((a, b) => (squares[b] ?? 0) - (squares[a] ?? 0));
    let sum = 0;
    for (let i = 0, next = 0; i < order.length; i = next) {
      // Equal ones are no smaller than each other.
      const size = squares[order[i] ?? 0];
      for (; next < order.length && squares[order[next] ?? 0] === size; next++)
        if (livesIn(space, order[next] ?? 0)) sum += size ?? 0;
      for (let k = i; k < next; k++) sums[order[k] ?? 0] = sum;
    }
  }
  return entryNode(sums);
}

const none = new Float64Array(0);

function euclidean(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

/**
 * A draw in [0, 1) per entry that depends on nothing but (seed, keys, the unit's place): the same for all members of a unit.
 * Counter-based: a 64-bit key from Threefry, then two rounds of Murmur3's finalizer per position (Appleby 2011), since scoring
 * millions of weights at random must not cost a block cipher each.
 */
function entryDraw(space: Space, seed: number, keys: readonly number[]): (entry: number) => number {
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
