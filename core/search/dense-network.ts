import type { RandomStream } from "../random.js";

/** Small dense networks for agents: rectified layers and a last one, in plain loops, so that they give the same bits everywhere. */
export interface DenseNetwork {
  readonly layers: readonly DenseLayer[];
  readonly last: "linear" | "sigmoid";
}

export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row by row: all weights of the first input, then those of the second. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** What each layer was given and, behind it, what the network put out: rows one after another. */
export type Tape = readonly Float64Array[];

/** Bounds of the last layer's weights at the start, so that all outputs begin alike (Lillicrap et al. 2016). */
const lastLimit = 0.003;

/** A network with layers of these sizes, the inputs first; weights are drawn evenly, as wide as the inputs allow. */
export function denseNetwork(
  sizes: readonly number[],
  last: DenseNetwork["last"],
  stream: RandomStream,
): DenseNetwork {
  let next = 0;
  const evenly = (length: number, limit: number): Float64Array =>
    Float64Array.from({ length }, () => limit * (2 * stream.uniform(next++) - 1));
  const layers = sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i] ?? 0;
    const limit = i === sizes.length - 2 ? lastLimit : 1 / Math.sqrt(Math.max(1, inputs));
    return { inputs, outputs, weights: evenly(inputs * outputs, limit), bias: evenly(outputs, limit) };
  });
  return { layers, last };
}

/** @param rows inputs, row by row */
export function forward({ layers, last }: DenseNetwork, rows: Float64Array): Tape {
  const tape = [rows];
  let x = rows;
  for (const [i, layer] of layers.entries()) {
    x = throughLayer(layer, x);
    if (i < layers.length - 1) for (let k = 0; k < x.length; k++) x[k] = Math.max(0, x[k] ?? 0);
    else if (last === "sigmoid") for (let k = 0; k < x.length; k++) x[k] = sigmoid(x[k] ?? 0);
    tape.push(x);
  }
  return tape;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const outputOf = (tape: Tape): Float64Array => tape.at(-1) ?? new Float64Array(0);

function throughLayer({ inputs, outputs, weights, bias }: DenseLayer, x: Float64Array): Float64Array {
  const count = x.length / inputs;
  const y = new Float64Array(count * outputs);
  const terms = new Terms(inputs);
  for (let row = 0; row < count; row++) {
    y.set(bias, row * outputs);
    terms.clear();
    for (let i = 0; i < inputs; i++) terms.add(x[row * inputs + i] ?? 0, i * outputs);
    terms.addTo(y, row * outputs, weights, outputs);
  }
  return y;
}

/** Rows of a matrix and what each counts for; those that count for nothing, as behind a rectifier every other does, are left out. */
class Terms {
  readonly #factors: Float64Array;
  readonly #starts: Int32Array;
  #count = 0;

  constructor(most: number) {
    this.#factors = new Float64Array(most + 3);
    this.#starts = new Int32Array(most + 3);
  }

  clear(): void {
    this.#count = 0;
  }

  add(factor: number, start: number): void {
    if (factor === 0) return;
    this.#factors[this.#count] = factor;
    this.#starts[this.#count++] = start;
  }

  /** Adds the sum of all rows, `length` long, to what stands at `at`; four at a time, since memory is what takes the time. */
  addTo(to: Float64Array, at: number, from: Float64Array, length: number): void {
    const [factors, starts, count] = [this.#factors, this.#starts, this.#count];
    for (let k = count; k % 4 !== 0; k++) factors[k] = starts[k] = 0;
    for (let k = 0; k < count; k += 4) {
      const [a, b] = [factors[k] ?? 0, factors[k + 1] ?? 0];
      const [c, d] = [factors[k + 2] ?? 0, factors[k + 3] ?? 0];
      const [p, q] = [starts[k] ?? 0, starts[k + 1] ?? 0];
      const [r, s] = [starts[k + 2] ?? 0, starts[k + 3] ?? 0];
      for (let o = 0; o < length; o++)
        to[at + o] =
          (to[at + o] ?? 0) +
          a * (from[p + o] ?? 0) +
          b * (from[q + o] ?? 0) +
          c * (from[r + o] ?? 0) +
          d * (from[s + o] ?? 0);
    }
  }
}

/**
 * Gradients of a loss by the inputs, and by weights and biases where `into` has a place for them: those are added there.
 * @param slopes of the loss by the outputs, row by row
 */
export function backward(
  { layers, last }: DenseNetwork,
  tape: Tape,
  slopes: Float64Array,
  into?: DenseNetwork,
): Float64Array {
  const out = outputOf(tape);
  let g = last === "linear" ? slopes : slopes.map((slope, k) => slope * (out[k] ?? 0) * (1 - (out[k] ?? 0)));
  for (let at = layers.length - 1; at >= 0; at--) {
    const [layer, x] = [layers[at], tape[at]];
    if (layer === undefined || x === undefined) throw new Error("a tape of another network");
    const { inputs, outputs, weights } = layer;
    const sums = into?.layers[at];
    const count = x.length / inputs;
    const back = new Float64Array(x.length);
    for (let row = 0; row < count; row++)
      for (let i = 0; i < inputs; i++) {
        // Behind a rectifier at 0 nothing moves.
        if (at > 0 && x[row * inputs + i] === 0) continue;
        let sum = 0;
        for (let o = 0; o < outputs; o++)
          sum += (weights[i * outputs + o] ?? 0) * (g[row * outputs + o] ?? 0);
        back[row * inputs + i] = sum;
      }
    const terms = new Terms(count);
    for (let i = 0; i < inputs && sums; i++) {
      terms.clear();
      for (let row = 0; row < count; row++) terms.add(x[row * inputs + i] ?? 0, row * outputs);
      terms.addTo(sums.weights, i * outputs, g, outputs);
    }
    for (let k = 0; k < g.length && sums; k++)
      sums.bias[k % outputs] = (sums.bias[k % outputs] ?? 0) + (g[k] ?? 0);
    g = back;
  }
  return g;
}

const arraysOf = ({ layers }: DenseNetwork): readonly Float64Array[] =>
  layers.flatMap(({ weights, bias }) => [weights, bias]);

const mapped = (
  { layers, last }: DenseNetwork,
  array: (from: Float64Array) => Float64Array,
): DenseNetwork => ({
  layers: layers.map((layer) => ({ ...layer, weights: array(layer.weights), bias: array(layer.bias) })),
  last,
});

export const copyOf = (network: DenseNetwork): DenseNetwork => mapped(network, (from) => from.slice());
const zerosLike = (network: DenseNetwork): DenseNetwork =>
  mapped(network, ({ length }) => new Float64Array(length));

/** Moves a copy of a network this share of the way to it. */
export function follow(copy: DenseNetwork, network: DenseNetwork, share: number): void {
  const targets = arraysOf(network);
  for (const [k, array] of arraysOf(copy).entries()) {
    const target = targets[k];
    if (target === undefined) continue;
    for (let i = 0; i < array.length; i++)
      array[i] = (1 - share) * (array[i] ?? 0) + share * (target[i] ?? 0);
  }
}

/** Adam (Kingma and Ba: Adam: a method for stochastic optimization; ICLR 2015), with its usual constants. */
export function adam(network: DenseNetwork, rate: number) {
  const [gradients, first, second] = [zerosLike(network), zerosLike(network), zerosLike(network)];
  let step = 0;
  return {
    /** Where gradients are added up: zeros after each update. */
    gradients,
    /** Goes against the gradients. */
    update(): void {
      step++;
      const [left1, left2] = [1 - 0.9 ** step, 1 - 0.999 ** step];
      const [ones, twos, sums] = [arraysOf(first), arraysOf(second), arraysOf(gradients)];
      for (const [k, array] of arraysOf(network).entries()) {
        const [m, v, g] = [ones[k], twos[k], sums[k]];
        if (m === undefined || v === undefined || g === undefined) continue;
        for (let i = 0; i < array.length; i++) {
          const slope = g[i] ?? 0;
          const mean = 0.9 * (m[i] ?? 0) + 0.1 * slope;
          const square = 0.999 * (v[i] ?? 0) + 0.001 * slope * slope;
          m[i] = mean;
          v[i] = square;
          array[i] = (array[i] ?? 0) - (rate * (mean / left1)) / (Math.sqrt(square / left2) + 1e-8);
        }
        g.fill(0);
      }
    },
  };
}
