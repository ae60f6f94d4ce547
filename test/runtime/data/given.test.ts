import { beforeAll, describe, expect, it } from "vitest";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { openBackend, tf } from "../../../runtime/backend/index.js";
import { toBatch } from "../../../runtime/data/batch.js";
import { givenSource } from "../../../runtime/data/given.js";
import type { Split } from "../../../runtime/data/types.js";
import { quarters } from "../run/fixtures.js";
import { frame } from "./network.js";

beforeAll(() => openBackend({ backend: "cpu" }));

const network = frame([2], [2]);
const batch = (rows: number) => ({
  inputs: { data: new Float32Array(rows * 2), shape: [rows, 2] },
  targets: { labels: new Int32Array(rows) },
});
const firstRows = async (split: Split, indices: readonly number[]) =>
  split.kind === "indexed" ? split.gather(Int32Array.from(indices)) : null;
const said = async (given: unknown): Promise<string> => {
  const cause = await givenSource(given, network).catch((error: unknown) => error);
  if (!(cause instanceof DiagnosticError)) throw cause;
  return cause.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n");
};

describe("data from JavaScript", () => {
  it("may be functions, as a module exports them", async () => {
    const source = await givenSource({ train: () => [batch(3), batch(2)], batches: () => 2 }, network);
    if (source.train.kind !== "streamed") throw new Error("expected a stream");
    expect(source.train.batches(3)).toBe(2);
    expect(source.test).toBeNull();
    expect(source.describe()).toMatchObject({ inputs: [[2]], targets: [{ kind: "labels", classes: 2 }] });
    const sizes: number[] = [];
    for await (const { size } of source.train.open({ epoch: 1, size: 3, seed: 1 })) sizes.push(size);
    expect(sizes).toEqual([3, 2]);
  });

  it("may be a source, with or without a test split", async () => {
    const { test, ...trainOnly } = quarters();
    const images = frame([8, 8, 1], [4]);
    const source = await givenSource({ ...trainOnly, test }, images);
    expect(source.describe()).toEqual(quarters().describe());
    expect(await firstRows(source.train, [3, 5])).toEqual(await firstRows(trainOnly.train, [3, 5]));
    expect((await givenSource(trainOnly, images)).test).toBeNull();
  });

  it("may be examples, tensors or lists, which stay as they are", async () => {
    const xs = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const ys = tf.tensor1d([0, 1, 0]);
    const before = tf.memory().numTensors;
    const source = await givenSource({ train: { xs, ys }, test: { xs: [[7, 8]], ys: [1] } }, network);
    expect(await firstRows(source.train, [2, 0])).toEqual({
      inputs: [{ kind: "dense", data: Float32Array.of(5, 6, 1, 2), shape: [2, 2] }],
      targets: [{ kind: "labels", data: Int32Array.of(0, 0), classes: 2 }],
      size: 2,
    });
    expect(source.describe()).toMatchObject({ inputs: [[2]], train: 3, test: 1 });
    expect(tf.memory().numTensors).toBe(before);
    expect([...xs.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    const weighted = await givenSource(
      {
        xs: [
          [1, 2],
          [3, 4],
        ],
        ys: [
          [1, 0],
          [0.5, 0.5],
        ],
        weights: [2, 0],
      },
      network,
    );
    expect(await firstRows(weighted.train, [1])).toEqual({
      inputs: [{ kind: "dense", data: Float32Array.of(3, 4), shape: [1, 2] }],
      targets: [{ kind: "dense", data: Float32Array.of(0.5, 0.5), shape: [1, 2] }],
      size: 1,
      weights: [Float32Array.of(0)],
    });
  });

  it("may be a tf.data.Dataset of batches, whose tensors are disposed of", async () => {
    /** As tfjs-data gives them: new tensors in every pass. */
    const dataset = (size: number | null, rows = 2) => ({
      size,
      forEachAsync: () => Promise.resolve(),
      iterator() {
        let at = 0;
        const next = () =>
          Promise.resolve(
            at++ < 3
              ? {
                  value: { xs: tf.ones([rows, 2]), ys: tf.tensor1d([1, 0].slice(0, rows), "int32") },
                  done: false,
                }
              : { value: null, done: true },
          );
        return Promise.resolve({ next });
      },
    });
    const before = tf.memory().numTensors;
    const source = await givenSource({ train: dataset(3), test: dataset(null) }, network);
    if (source.train.kind !== "streamed" || source.test?.kind !== "streamed")
      throw new Error("expected streams");
    expect([source.train.batches(7), source.test.batches(7)]).toEqual([3, null]);
    const sizes: number[] = [];
    for await (const batch of source.train.open({ epoch: 1, size: 7, seed: 1 })) sizes.push(batch.size);
    expect(sizes).toEqual([2, 2, 2]);
    expect(tf.memory().numTensors).toBe(before);
    const { train } = await givenSource(dataset(Infinity), network);
    expect(() => train.kind === "streamed" && train.batches(1)).toThrow(/P7011.*no end/);
  });

  it("is refused otherwise, saying what is missing", async () => {
    const { train, test } = quarters();
    const describe = () => quarters().describe();
    const nothing = "is none of what it may be";
    expect(await said(5)).toBe("P6010 `data` is no data: it is a number");
    expect(await said(null)).toBe("P6010 `data` is no data: it is null");
    expect(await said({})).toBe("P6010 `data` is no data: it has no `train`");
    expect(await said({ batches: () => 2 })).toBe("P6010 `data` is no data: it has no `train`");
    expect(await said({ train: [batch(1)], describe })).toContain(`its \`train\` ${nothing}`);
    const empty = { kind: "indexed", examples: 0, gather: () => 1 };
    expect(await said({ train: empty, describe })).toContain(`its \`train\` ${nothing}`);
    expect(await said({ train, test: {}, describe })).toContain(`its \`test\` ${nothing}`);
    expect(await said({ train, test })).toMatch(/it has no function `describe`/);
    expect(await said({ train, test, describe: () => 7 })).toMatch(/its `describe\(\)` does not give/);
    const gathers = (gather: (indices: Int32Array) => unknown) =>
      said({ train: { kind: "indexed", examples: 4, gather }, describe });
    expect(await gathers(() => batch(2))).toBe("P6010 `gather` of `data` gives 2 rows for 1 indices");
    expect(await gathers(() => 3)).toMatch(/`gather` of `data` is not an object with/);
    expect(await gathers(() => Promise.reject(new Error("no such row")))).toMatch(/failed: no such row/);
    const broken = () => {
      throw new Error("no such drive");
    };
    expect(await said({ train, test, describe: broken })).toMatch(/failed: no such drive/);
    expect(await said({ train: () => 7 })).toMatch(/P6010 `data`: `train` must return an iterable/);
    expect(await said({ train: () => [] })).toBe("P6010 `data` yields no batch");
    expect(await said({ train: () => [{ inputs: 1, targets: 2 }] })).toMatch(
      /^P6010 `data`, batch 1, input 1 is not/,
    );
    const counts = async (batches: unknown) => {
      const source = await givenSource({ train: () => [batch(1)], batches }, network);
      return source.train.kind === "streamed" && source.train.batches(8);
    };
    await expect(counts(2.5)).rejects.toThrow(/`batches` of `data` is no function/);
    await expect(counts(() => 2.5)).rejects.toThrow(/`batches` of `data` gives 2.5 for batches of 8/);
    await expect(counts(broken)).rejects.toThrow(/`batches` of `data` failed: no such drive/);
  });
});

describe("a batch", () => {
  const pixels = frame([2, 2, 1], [2, 2, 3]);
  const image = (rows: number) => ({ data: new Float32Array(rows * 4), shape: [rows, 2, 2, 1] });
  const target = (given: unknown, into = pixels) =>
    toBatch({ inputs: image(1), targets: given }, into, "it").targets[0];

  it("may hold a class for every position, in any form", () => {
    const wanted = { kind: "labels", data: Int32Array.of(0, 1, 2, 0), classes: 3 };
    for (const given of [
      { labels: Int32Array.of(0, 1, 2, 0) },
      { labels: Uint8Array.of(0, 1, 2, 0), shape: [1, 2, 2] },
      { kind: "labels", data: Int32Array.of(0, 1, 2, 0), classes: 3 },
      { data: Float32Array.of(0, 1, 2, 0), shape: [1, 2, 2] },
      { data: Float32Array.of(0, 1, 2, 0), shape: [1, 2, 2, 1] },
      [
        [
          [0, 1],
          [2, 0],
        ],
      ],
      tf.tensor3d([0, 1, 2, 0], [1, 2, 2], "int32"),
      [tf.tensor3d([0, 1, 2, 0], [1, 2, 2])],
    ])
      expect(target(given)).toEqual(wanted);
    expect(
      target({ data: Float32Array.of(0, 1, 1, 0), shape: [1, 2, 2] }, frame([2, 2, 1], [2, 2, 1])),
    ).toEqual({
      kind: "dense",
      data: Float32Array.of(0, 1, 1, 0),
      shape: [1, 2, 2, 1],
    });
  });

  it.each<[string, object, RegExp]>([
    [
      "an entry nobody reads",
      { sampleWeights: 1 },
      /P6010.*it has `sampleWeights`, which means nothing there/,
    ],
    ["an entry of an input", { inputs: { ...image(1), mean: 0 } }, /P6010.*it, input 1 has `mean`/],
    ["both names", { xs: image(1) }, /P6010.*`inputs` and `xs`, which are the same/],
    ["no targets", { targets: undefined }, /P6010.*it has no `targets`/],
    ["bytes", { inputs: { data: new Uint8Array(4), shape: [1, 2, 2, 1] } }, /P6010.*input 1 holds bytes/],
    ["ragged lists", { inputs: [[[[1], [2]], [[3]]]] }, /P6010.*rows of 2 and of 1/],
    ["a label too many", { targets: { labels: [0, 1, 2, 0, 1] } }, /P6010.*it mixes 1, 1.25 rows/],
    ["a label of no class", { targets: { labels: [0, 1, 3, 0] } }, /P6006.*has the label 3 at row 1/],
    ["half a label", { targets: { labels: [0, 1, 0.5, 0] } }, /P6006.*has the label 0.5 at row 1/],
    [
      "a label that is none",
      { targets: { labels: [0, NaN, 0, 0] } },
      /P6007.*target 1 has a value that is not a number/,
    ],
    [
      "a map of another shape",
      { targets: { data: new Float32Array(6), shape: [1, 2, 3] } },
      /P6006.*1 × 2 × 3/,
    ],
    ["a weight too many", { weights: [1, 2] }, /P6010.*it, weights: 2 numbers for 1 row, or 4/],
    ["a weight that is none", { weights: [Infinity] }, /P6007.*weights has the value Infinity/],
    ["another size", { size: 2 }, /P6010.*it mixes 1, 1, 2 rows/],
  ])("with %s is refused", (_, part, message) => {
    const whole = { inputs: image(1), targets: { labels: [0, 1, 2, 0] } };
    expect(() => toBatch({ ...whole, ...part }, pixels, "it")).toThrow(message);
  });

  it("with a value that is not finite is refused, saying where it stands", () => {
    const data = new Float32Array(12);
    data[9] = NaN;
    const whole = { inputs: { data, shape: [3, 2, 2, 1] }, targets: { labels: new Int32Array(12) } };
    expect(() => toBatch(whole, pixels, "batch 7")).toThrow(
      /P6007.*batch 7, input 1 has a value that is not a number, at row 3/,
    );
  });
});
