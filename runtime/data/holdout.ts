import { randomStream } from "../../core/random.js";
import { takeExamples, type RawData } from "./examples.js";

/** Share of the examples that become the test split of a source without one. */
export const HELD_OUT = 0.1;

/** Holds out a tenth of the examples, chosen by a fixed shuffle, so that every run of every program sees the same split. */
export function holdOut(raw: RawData): RawData {
  const { train } = raw;
  if (raw.test !== null || train.examples < 10) return raw;
  const order = randomStream(0, "hold out").permutation(train.examples);
  const count = Math.round(train.examples * HELD_OUT);
  const pick = (from: number, to: number) => Int32Array.from(order.subarray(from, to)).sort();
  return { train: takeExamples(train, pick(count, order.length)), test: takeExamples(train, pick(0, count)) };
}
