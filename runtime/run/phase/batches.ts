import { counted } from "../../../core/ir/words.js";
import { randomStream } from "../../../core/random.js";
import type { Augmenter } from "../../data/augment.js";
import type { DataSource, Pass, Split, StreamedSplit } from "../../data/types.js";
import type { Batch } from "../../types.js";
import { raise } from "../../../core/diagnostics/create.js";
import type { Session } from "../host/session.js";

/** The data of a run that needs some. */
export function requireData(session: Session): DataSource {
  if (session.data) return session.data;
  raise("P7006", "no data is given", {
    help: 'name it in the program (`data "mnist"`) or by `--data`',
  });
}

/** A stream that has not ended after so many batches is taken to have no end. */
const endless = 200_000;

/** Steps of one pass: all examples, the last batch as large as what is left. Counts one pass where a stream does not say. */
export async function stepsPerPass(split: Split, size: number, seed: number): Promise<number> {
  if (split.kind === "indexed") return Math.ceil(split.examples / size);
  const told = split.batches(size);
  if (told !== null) return told;
  let count = 0;
  for await (const batch of split.open({ epoch: 1, size, seed })) {
    if (batch.size > 0) count++;
    if (count > endless)
      raise("P7011", "the data module yields batches without end", {
        help: "export `batches(size)` to say how many make an epoch",
      });
  }
  if (count === 0) raise("P7011", "the data module yields no batches");
  return count;
}

/**
 * One pass over the training data in the order that seed and pass number give, from batch `from` (0 for all) to `count`, each batch as
 * `augmented` gives it.
 */
export async function* trainingBatches(
  split: Split,
  pass: Pass,
  from: number,
  count: number,
  augmented: Augmenter = (batch) => batch,
): AsyncGenerator<Batch> {
  const { epoch, size, seed } = pass;
  if (split.kind === "indexed") {
    const order = randomStream(seed, "shuffle", epoch).permutation(split.examples);
    for (let k = from; k < count; k++) {
      const indices = order.subarray(k * size, (k + 1) * size);
      yield augmented(await split.gather(indices), (row) => [epoch, indices[row] ?? 0]);
    }
    return;
  }
  let k = 0;
  for await (const batch of split.open(pass)) {
    const position = k++;
    if (position >= count) return;
    // Of a stream an example is told by its place alone.
    if (position >= from) yield augmented(batch, (row) => [epoch, position, row]);
  }
  if (k < count)
    raise(
      "P7011",
      `the data module yielded ${counted(k, "batches")} in epoch ${pass.epoch}, expected: ${count}`,
      {
        help: "yield as many batches in every epoch, or export `batches(size)`",
      },
    );
}

/** All of a split once, in its own order. */
export async function* orderedBatches(split: Split, size: number, seed: number): AsyncGenerator<Batch> {
  if (split.kind === "streamed") {
    yield* split.open({ epoch: 1, size, seed });
    return;
  }
  for (let from = 0; from < split.examples; from += size) {
    const indices = Int32Array.from({ length: Math.min(size, split.examples - from) }, (_, i) => from + i);
    yield await split.gather(indices);
  }
}

export interface Calibration {
  readonly count: number;
  /** Examples per batch. */
  readonly size: number;
  readonly seed: number;
  /** The epoch that a stream is asked for, from 1. */
  readonly epoch: number;
  /** Of the moment that asks: other moments, other batches. */
  readonly key: number;
}

/**
 * `count` training batches to compute scores on, drawn anew for every moment that asks, and the same whenever it asks again. A
 * stream is asked for a pass with a seed of the moment's own; of one that yields the same whatever the seed, the batches from a
 * drawn place on are taken.
 */
export async function* calibrationBatches(data: DataSource, options: Calibration): AsyncGenerator<Batch> {
  const { count, size, seed, epoch, key } = options;
  const split = data.train;
  const stream = randomStream(seed, "calibration", key);
  if (split.kind === "indexed") {
    const order = stream.permutation(split.examples);
    for (let k = 0; k < count && k * size < order.length; k++)
      yield await split.gather(order.subarray(k * size, (k + 1) * size));
    return;
  }
  const pass = { epoch, size, seed: stream.integer(0, 2 ** 31) };
  const shuffles = await readsSeed(split, pass);
  const rooms = shuffles ? 1 : Math.max(1, (await stepsPerPass(split, size, seed)) - count + 1);
  const first = stream.integer(1, rooms);
  let k = 0;
  for await (const batch of split.open(pass)) {
    if (k >= first + count) return;
    if (k++ >= first) yield batch;
  }
}

const seedReaders = new WeakMap<Split, boolean>();

/** Whether the first batch of a pass is another with another seed. */
async function readsSeed(split: StreamedSplit, pass: Pass): Promise<boolean> {
  const known = seedReaders.get(split);
  if (known !== undefined) return known;
  const batches: Float32Array[] = [];
  for (const seed of [pass.seed, pass.seed ^ 1])
    for await (const { inputs } of split.open({ ...pass, seed })) {
      batches.push(Float32Array.from(inputs.flatMap(({ data }) => [...data])));
      break;
    }
  const [one, other] = batches;
  const differ = one?.length !== other?.length || one?.some((value, i) => value !== other?.[i]) === true;
  seedReaders.set(split, differ);
  return differ;
}
