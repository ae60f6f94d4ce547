import fc from "fast-check";
import { expect, it } from "vitest";
import type { DataSource, Pass } from "../../../runtime/data/types.js";
import { calibrationBatches } from "../../../runtime/run/phase/batches.js";
import type { Batch } from "../../../runtime/types.js";

const batches = 6;

/** Batches that hold their number in the pass, and what `mark` makes of the pass. */
function streamOf(mark: (pass: Pass) => number, told: number | null = batches): DataSource {
  return {
    train: {
      kind: "streamed",
      batches: () => told,
      *open(pass): Generator<Batch> {
        for (let k = 0; k < batches; k++) {
          const data = Float32Array.of(k, mark(pass));
          yield { inputs: [{ kind: "dense", data, shape: [1, 2] }], targets: [], size: 1 };
        }
      },
    },
    describe: () => ({ name: "stream", inputs: [[2]], targets: [], train: null, test: null }),
  };
}

async function drawn(source: DataSource, key: number, count: number, epoch = 1): Promise<number[][]> {
  const found: number[][] = [];
  const options = { count, size: 1, seed: 7, epoch, key };
  for await (const { inputs } of calibrationBatches(source, options))
    found.push([...(inputs[0]?.data ?? [])]);
  return found;
}

const counts = fc.integer({ min: 1, max: batches });
const epochs = fc.integer({ min: 1, max: 9 });

it("streams that ignore the seed are read from drawn places on, the same at the same moment", async () => {
  const source = streamOf(({ epoch }) => epoch);
  await fc.assert(
    fc.asyncProperty(fc.nat(1e9), counts, epochs, async (key, count, epoch) => {
      const found = await drawn(source, key, count, epoch);
      expect(found).toHaveLength(count);
      expect(
        await drawn(
          streamOf((pass) => pass.epoch, null),
          key,
          count,
          epoch,
        ),
      ).toEqual(found);
      const first = found[0]?.[0] ?? NaN;
      expect(found).toEqual(Array.from({ length: count }, (_, i) => [first + i, epoch]));
    }),
    { numRuns: 50 },
  );
  const firsts = new Set<number | undefined>();
  for (let key = 0; key < 60; key++) firsts.add((await drawn(source, key, 1))[0]?.[0]);
  expect([...firsts].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

it("streams that shuffle by the seed get another one at every moment, and are read from their start", async () => {
  const source = streamOf(({ seed }) => seed % 65536);
  const marks = new Set<number | undefined>();
  for (let key = 0; key < 20; key++) {
    const found = await drawn(source, key, 2);
    expect(found.map(([k]) => k)).toEqual([0, 1]);
    expect(await drawn(source, key, 2)).toEqual(found);
    marks.add(found[0]?.[1]);
  }
  expect(marks.size).toBe(20);
});
