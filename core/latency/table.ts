import * as is from "../ir/declare.js";
import type { Of } from "../ir/declare.js";

/**
 * Times of the layers of a network, measured on a machine: what budgets, limits and conditions over `latency` go by. Plain JSON: it
 * stands in checkpoints and reports, and may be handed to another run, which then decides alike.
 */
export type LatencyTable = Of<typeof latencyTable>;

const above = { ...is.number, exclusiveMinimum: 0 };
const counts = is.list(is.integer(1), { minItems: 1 });

/** Times of one kind of layer over how many channels it reads and gives. */
export type LatencyRow = Of<typeof row>;
const row = is.object({
  /** What was timed, as `timedCalls` names it: class, configuration and input shapes. */
  key: is.text,
  /** The first layer of the network that it is the time of, for people. */
  layer: is.text,
  /** Counts of channels read and given, ascending; one where nothing changes it. */
  in: counts,
  out: counts,
  /** Median milliseconds of a call, for each count of `in` those of every count of `out`. */
  ms: is.list({ ...is.number, minimum: 0 }, { minItems: 1 }),
});

export const latencyTable = is.object({
  /** Of this form. */
  latency: is.literal(1),
  /** The version of espalier that measured. */
  espalier: is.text,
  /** The backend by name, and for people: `wasm (SIMD, 1 thread)`. */
  backend: is.text,
  on: is.text,
  machine: is.open({ cpu: is.text, cores: is.number }),
  /** Examples of a prediction. */
  batch: is.integer(1),
  /**
   * Median milliseconds of a prediction, inputs given and outputs read: of the network as loaded (`kept` 1), then with that share of its
   * units alone (`thinned`). They say what the sum of the layers has to be brought onto.
   */
  wholes: is.list(is.object({ kept: above, ms: above }), { minItems: 1 }),
  rows: is.list(row),
});

/** Whether the times of a row are as many as its counts ask for, and these ascend. */
export const isWhole = (one: LatencyRow): boolean =>
  one.ms.length === one.in.length * one.out.length && [one.in, one.out].every(ascends);

/** Milliseconds of the network as loaded. */
export const wholeTime = ({ wholes }: LatencyTable): number => wholes[0]?.ms ?? NaN;

const ascends = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? n));
