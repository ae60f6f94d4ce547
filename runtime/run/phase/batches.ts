import { counted } from "../../../core/ir/words.js";
import { randomStream } from "../../../core/random.js";
import type { DataSource, Pass, Split } from "../../data/types.js";
import type { Batch } from "../../types.js";
import { runError } from "../host/codes.js";

/** A stream that has not ended after so many batches is taken to have no end. */
const endless = 1_000_000;

/** Steps of one pass: all examples, the last batch as large as what is left. Counts one pass where a stream does not say. */
export async function stepsPerPass(split: Split, size: number, seed: number): Promise<number> {
  if (split.kind === "indexed") return Math.ceil(split.examples / size);
  const told = split.batches(size);
  if (told !== null) return told;
  let count = 0;
  for await (const batch of split.open({ epoch: 1, size, seed })) {
    if (batch.size > 0) count++;
    if (count > endless)
      throw runError("P7011", "the data module yields batches without end", {
        help: "export `batches(size)` to say how many make an epoch",
      });
  }
  if (count === 0) throw runError("P7011", "the data module yields no batches");
  return count;
}

/** One pass over the training data in the order that seed and pass number give, from batch `from` (0 for all) to `count`. */
export async function* trainingBatches(
  split: Split,
  pass: Pass,
  from: number,
  count: number,
): AsyncGenerator<Batch> {
  if (split.kind === "indexed") {
    const order = randomStream(pass.seed, "shuffle", pass.epoch).permutation(split.examples);
    for (let k = from; k < count; k++)
      yield await split.gather(order.subarray(k * pass.size, (k + 1) * pass.size));
    return;
  }
  let k = 0;
  for await (const batch of split.open(pass)) {
    if (k >= count) return;
    if (k++ >= from) yield batch;
  }
  if (k < count)
    throw runError(
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

/** `count` training batches to compute scores on, drawn anew for every moment (`key`) that asks. */
export async function* calibrationBatches(
  data: DataSource,
  options: { readonly count: number; readonly size: number; readonly seed: number; readonly key: number },
): AsyncGenerator<Batch> {
  const { count, size, seed, key } = options;
  const split = data.train;
  if (split.kind === "indexed") {
    const order = randomStream(seed, "calibration", key).permutation(split.examples);
    for (let k = 0; k < count && k * size < order.length; k++)
      yield await split.gather(order.subarray(k * size, (k + 1) * size));
    return;
  }
  let k = 0;
  for await (const batch of split.open({ epoch: 1, size, seed })) {
    if (k++ >= count) return;
    yield batch;
  }
}
