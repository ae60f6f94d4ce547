import { randomStream } from "../../core/random.js";

/** All examples of one split, in memory, as flat arrays. */
export interface ExampleSet {
  readonly examples: number;
  /** Shape of one example: [28, 28], [28, 28, 1], [13]. */
  readonly shape: readonly number[];
  /** `examples × product(shape)` numbers; bytes are kept as bytes; `arraySource` scales them by 1/255 for networks that read brightnesses. */
  readonly inputs: Uint8Array | Float32Array;
  readonly targets: ClassTargets | DenseTargets;
  /** How much each example counts, or each position of it. */
  readonly weights?: Float32Array;
}

export interface ClassTargets {
  readonly kind: "classes";
  readonly labels: Int32Array;
  readonly classes: number;
  /** Labels of one example, where they are not one: a map of pixels, or numbers of the output's shape after all. */
  readonly places?: readonly number[];
  /** Names by class index, when the source has them (folders, strings of a table). */
  readonly names?: readonly string[];
}

export interface DenseTargets {
  readonly kind: "dense";
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface RawData {
  readonly train: ExampleSet;
  /** Unset when the source has no test split; see `holdOut`. */
  readonly test: ExampleSet | null;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Share of the examples that become the test split of a source without one. */
const HELD_OUT = 0.1;

/** Holds out a tenth of the examples, chosen by a fixed shuffle, so that every run of every program sees the same split. */
export function holdOut(raw: RawData): RawData {
  const { train } = raw;
  if (raw.test !== null || train.examples < 10) return raw;
  const order = randomStream(0, "hold out").permutation(train.examples);
  const count = Math.round(train.examples * HELD_OUT);
  const pick = (from: number, to: number) => Int32Array.from(order.subarray(from, to)).sort();
  return { train: takeExamples(train, pick(count, order.length)), test: takeExamples(train, pick(0, count)) };
}

/** Examples at `indices`, copied. */
function takeExamples(set: ExampleSet, indices: Int32Array): ExampleSet {
  const { examples, inputs, targets, weights } = set;
  const rows = <T extends Rows>(of: T): T => gather(of, indices, of.length / examples);
  return {
    ...set,
    examples: indices.length,
    inputs: rows(inputs),
    targets:
      targets.kind === "classes"
        ? { ...targets, labels: rows(targets.labels) }
        : { ...targets, data: rows(targets.data) },
    ...(weights && { weights: rows(weights) }),
  };
}

type Rows = Uint8Array | Float32Array | Int32Array;

/** Rows of `size` values each, copied. */
export function gather<T extends Rows>(from: T, indices: Int32Array, size: number): T {
  const to = new (from.constructor as { new (length: number): T })(indices.length * size);
  indices.forEach((index, row) => to.set(from.subarray(index * size, (index + 1) * size), row * size));
  return to;
}

/** Class targets from integer labels; `classes` is one more than the largest. */
export function classTargets(labels: Int32Array): ClassTargets {
  let largest = 0;
  for (const label of labels) if (label > largest) largest = label;
  return { kind: "classes", labels, classes: largest + 1 };
}
