import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { dump } from "npyjs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { openData } from "../../../runtime/data/open.js";
import type { DataSource } from "../../../runtime/data/types.js";
import { frame } from "./network.js";

const folder = () => mkdtemp(join(tmpdir(), "espalier-data-"));

async function rows(source: DataSource, split: "train" | "test", indices: readonly number[]) {
  const from = source[split];
  if (from?.kind !== "indexed") throw new Error("expected an indexed split");
  const batch = await from.gather(Int32Array.from(indices));
  const target = batch.targets[0];
  return {
    inputs: [...(batch.inputs[0]?.data ?? [])],
    shape: batch.inputs[0]?.shape,
    target: [...(target?.data ?? [])],
  };
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof DiagnosticError)) throw new Error(`expected a diagnostic, got ${String(error)}`);
  return error.diagnostics.map((d) => `${d.code} ${d.message}`).join("\n");
}

function idx(shape: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(values)]);
}

async function idxFolder(): Promise<string> {
  const at = await folder();
  await writeFile(join(at, "train-images-idx3-ubyte"), idx([3, 1, 2], [0, 255, 51, 102, 1, 2]));
  await writeFile(join(at, "train-labels-idx1-ubyte"), idx([3], [1, 0, 2]));
  await writeFile(join(at, "t10k-images-idx3-ubyte.gz"), gzipSync(idx([1, 1, 2], [255, 0])));
  await writeFile(join(at, "t10k-labels-idx1-ubyte.gz"), gzipSync(idx([1], [2])));
  return at;
}

describe("IDX folders", () => {
  it("scale bytes to 0…1 and keep labels as class indices", async () => {
    const { source } = await openData(await idxFolder(), frame([1, 2, 1], [3]));
    expect(await rows(source, "train", [2, 1])).toEqual({
      inputs: [1, 2, 51, 102].map((byte) => Math.fround(byte / 255)),
      shape: [2, 1, 2, 1],
      target: [2, 0],
    });
    expect((await rows(source, "test", [0])).inputs).toEqual([1, 0]);
    expect(source.describe()).toMatchObject({ train: 3, test: 1, targets: [{ kind: "labels", classes: 3 }] });
  });

  it("refuse damaged, mismatched and unfit files by name", async () => {
    const at = await idxFolder();
    expect(await failure(openData(at, frame([7], [3])))).toContain("P6005 the network reads 7 numbers");
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6006");
    await writeFile(join(at, "train-labels-idx1-ubyte"), idx([2], [1, 0]));
    expect(await failure(openData(at, frame([2], [3])))).toContain("P6004");
    await writeFile(join(at, "train-images-idx3-ubyte"), idx([3000, 1000, 2000], [1]));
    expect(await failure(openData(at, frame([2], [3])))).toMatch(/P6003 .*promises 3000 × 1000 × 2000/);
    await writeFile(
      join(at, "t10k-images-idx3-ubyte.gz"),
      gzipSync(idx([1, 1, 2], [255, 0])).subarray(0, 20),
    );
    await writeFile(join(at, "train-images-idx3-ubyte"), idx([2, 1, 2], [1, 2, 3, 4]));
    expect(await failure(openData(at, frame([2], [3])))).toContain("P6003");
  });

  it("read real MNIST from its package", async () => {
    const { source } = await openData("mnist", frame([28, 28, 1], [10]));
    expect(source.describe()).toMatchObject({ name: "mnist", train: 60_000, test: 10_000 });
    expect((await rows(source, "train", [0, 1, 2])).target).toEqual([5, 0, 4]);
  });
});

describe("tables", () => {
  it("take the label column by name, else the last, and numbers where labels are not whole", async () => {
    const at = join(await folder(), "iris.csv");
    await writeFile(at, "class,a,b\nx,1,2\ny,3,4\nx,5,6\n");
    const { source } = await openData(at, frame([2], [2]));
    expect(await rows(source, "train", [0, 1])).toMatchObject({ inputs: [1, 2, 3, 4], target: [0, 1] });
    const gap = join(await folder(), "gap.csv");
    await writeFile(gap, "a,b,label\n1,2,0\n3,4,\n5,6,1\n");
    expect(await failure(openData(gap, frame([2], [2])))).toMatch(/P6007.*row 2 has no label/s);
    const both = await folder();
    await writeFile(join(both, "train.csv"), "a,b,label\n1,2,0\n5,6,1\n");
    await writeFile(join(both, "test.csv"), "a,b,label\n1,2,cat\n");
    expect(await failure(openData(both, frame([2], [2])))).toMatch(/P6006.*`cat`/s);
    const regression = join(await folder(), "prices.csv");
    await writeFile(regression, "1,2,0.5\n3,4,1.5\n");
    const opened = await openData(regression, frame([2], [1]));
    expect((await rows(opened.source, "train", [1])).target).toEqual([1.5]);
  });

  it("hold out a tenth, the same every time, and say so", async () => {
    const at = join(await folder(), "many.csv");
    await writeFile(at, Array.from({ length: 50 }, (_, i) => `${i},${i % 2}`).join("\n"));
    const first = await openData(at, frame([1], [2]));
    const second = await openData(at, frame([1], [2]));
    expect(first.diagnostics.map((d) => d.code)).toEqual(["P6011"]);
    expect(first.source.describe()).toMatchObject({ train: 45, test: 5 });
    const test = [0, 1, 2, 3, 4];
    expect(await rows(first.source, "test", test)).toEqual(await rows(second.source, "test", test));
    const seen = new Set([
      ...(await rows(first.source, "test", test)).inputs,
      ...(await rows(first.source, "train", [...Array(45).keys()])).inputs,
    ]);
    expect(seen.size).toBe(50);
  });

  it("name the cell that is not a number, and ragged rows", async () => {
    const at = join(await folder(), "bad.csv");
    await writeFile(at, "a,b,label\n1,2,0\n3,oops,1\n");
    expect(await failure(openData(at, frame([2], [2])))).toContain("row 2, column `b` holds `oops`");
    await writeFile(at, "a,b,label\n1,2,0\n3,1\n");
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6003");
  });

  it("read Parquet columns and lists", async () => {
    const pets = await openData("test/fixtures/data/pets.parquet", frame([2], [3]));
    expect(await rows(pets.source, "train", [0, 1, 3])).toMatchObject({
      inputs: [0.5, 1, 1.5, 2, 3.25, 4],
      target: [1, 2, 0],
    });
    const lists = await openData("test/fixtures/data/lists.parquet", frame([2], [2]));
    expect(await rows(lists.source, "train", [2])).toMatchObject({ inputs: [5, 6], target: [0] });
    const targets = await openData("test/fixtures/data/one-hot.parquet", frame([4], [2]));
    expect(targets.source.describe().targets).toEqual([{ kind: "dense", shape: [2] }]);
    const { target } = await rows(targets.source, "train", [0, 1, 2]);
    expect(new Set(target)).toEqual(new Set([0, 1]));
    expect(await failure(openData("test/fixtures/data/no-label.parquet", frame([4], [3])))).toContain(
      "has no label",
    );
    const at = join(await folder(), "cut.parquet");
    await writeFile(at, "PAR1 nothing here PAR1");
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6003");
  });
});

describe("NumPy arrays", () => {
  const npy = (data: Float32Array | Int32Array | Uint8Array, shape: number[]) =>
    new Uint8Array(dump(data, shape));

  it("read an archive and a folder alike", async () => {
    const at = await folder();
    const arrays = {
      "x_train.npy": npy(new Uint8Array([255, 0, 51, 0]), [2, 2]),
      "y_train.npy": npy(new Int32Array([1, 0]), [2]),
    };
    await writeFile(join(at, "all.npz"), zipSync(arrays));
    const archive = await openData(join(at, "all.npz"), frame([2], [2]));
    expect(await rows(archive.source, "train", [1])).toMatchObject({
      inputs: [Math.fround(0.2), 0],
      target: [0],
    });
    const other = await folder();
    for (const [name, bytes] of Object.entries(arrays)) await writeFile(join(other, name), bytes);
    expect(await rows((await openData(other, frame([2], [2]))).source, "train", [0])).toMatchObject({
      inputs: [1, 0],
      target: [1],
    });
  });

  it("refuse what is not whole", async () => {
    const at = join(await folder(), "bad.npz");
    await writeFile(at, "PK not really");
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6003");
    await writeFile(
      at,
      zipSync({
        "x_train.npy": npy(new Float32Array([1, 2]), [1, 2]).subarray(0, 70),
        "y_train.npy": npy(new Int32Array([1]), [1]),
      }),
    );
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6003");
    await writeFile(at, zipSync({ "other.npy": npy(new Float32Array([1]), [1]) }));
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6002");
  });
});

describe("image folders", () => {
  it("decode, resize and label by folder", async () => {
    const at = await folder();
    for (const [name, value] of [
      ["dark", 0],
      ["light", 255],
    ] as const) {
      await mkdir(join(at, "train", name), { recursive: true });
      const pixels = {
        create: { width: 6, height: 4, channels: 3 as const, background: { r: value, g: value, b: value } },
      };
      await sharp(pixels)
        .png()
        .toFile(join(at, "train", name, "a.png"));
    }
    const { source } = await openData(at, frame([2, 3, 1], [2]));
    expect(await rows(source, "train", [0, 1])).toEqual({
      inputs: [...Array(6).fill(0), ...Array(6).fill(1)],
      shape: [2, 2, 3, 1],
      target: [0, 1],
    });
    await writeFile(join(at, "train", "dark", "b.png"), "not an image");
    expect(await failure(openData(at, frame([2, 3, 1], [2])))).toContain("b.png");
  });
});

describe("modules", () => {
  const write = async (code: string) => {
    const at = join(await folder(), "data.mjs");
    await writeFile(at, code);
    return at;
  };
  const good = (extra = "") => `export function* train({ size, epoch }) {
    for (let i = 0; i < 3; i++) yield { inputs: { data: new Float32Array(size * 2).fill(epoch + i), shape: [size, 2] }, targets: { labels: new Int32Array(size).fill(i % 2) } };
  }
  export const batches = () => 3;${extra}`;

  it("stream batches", async () => {
    const { source } = await openData(await write(good()), frame([2], [2]));
    if (source.train.kind !== "streamed") throw new Error("expected a stream");
    expect(source.train.batches(4)).toBe(3);
    const seen: number[] = [];
    for await (const batch of source.train.open({ epoch: 5, size: 4, seed: 1 }))
      seen.push(batch.inputs[0]?.data[0] ?? NaN);
    expect(seen).toEqual([5, 6, 7]);
  });

  it("tell two classes apart at an output of one unit", async () => {
    const labelled = (label: number) =>
      write(
        `export function* train() { yield { inputs: { data: new Float32Array(4), shape: [2, 2] }, targets: { labels: Int32Array.of(0, ${label}) } }; }`,
      );
    const { source } = await openData(await labelled(1), frame([2], [1]));
    expect(source.describe().targets).toEqual([{ kind: "labels", classes: 2 }]);
    expect(await failure(openData(await labelled(2), frame([2], [1])))).toContain("2 classes apart");
  });

  it("are refused by name for wrong shapes, labels, exports and failures", async () => {
    expect(await failure(openData(await write(good()), frame([3], [2])))).toContain("P6005");
    expect(await failure(openData(await write("export const x = 1;"), frame([2], [2])))).toContain("P6010");
    expect(await failure(openData(await write("syntax error here"), frame([2], [2])))).toContain("P6010");
    expect(
      await failure(
        openData(
          await write("export function* train() { throw new Error('no network drive'); }"),
          frame([2], [2]),
        ),
      ),
    ).toContain("no network drive");
    const labels =
      "export function* train() { yield { inputs: { data: new Float32Array(2), shape: [1, 2] }, targets: { labels: new Int32Array([9]) } }; }";
    expect(await failure(openData(await write(labels), frame([2], [2])))).toContain("label 9");
  });
});

describe("what is not there", () => {
  it("is said plainly", async () => {
    expect(await failure(openData("no-such-thing", frame([2], [2])))).toContain(
      "P6001 there is no data file or folder `no-such-thing`",
    );
    const at = join(await folder(), "notes.txt");
    await writeFile(at, "hello");
    expect(await failure(openData(at, frame([2], [2])))).toContain("P6002");
    expect(await failure(openData(await folder(), frame([2], [2])))).toContain("P6002");
  });
});

describe("weights of examples", () => {
  const weighted = async (source: DataSource, indices: readonly number[]) => {
    if (source.train.kind !== "indexed") throw new Error("expected an indexed split");
    const { weights, inputs, targets } = await source.train.gather(Int32Array.from(indices));
    return [weights?.[0], inputs[0]?.data, targets[0]?.data].map((values) => [...(values ?? [])]);
  };

  it("stand in a column `sample_weight`, which is no feature and no label", async () => {
    const file = join(await folder(), "train.csv");
    await writeFile(file, "a,label,b,sample_weight\n1,0,2,0.5\n3,1,4,9\n");
    const { source } = await openData(file, frame([2], [2]));
    expect(await weighted(source, [1, 0])).toEqual([
      [9, 0.5],
      [3, 4, 1, 2],
      [1, 0],
    ]);
  });

  it("stand in `w_train`, and go along with examples that are held out", async () => {
    const file = join(await folder(), "d.npz");
    const column = Float32Array.from({ length: 20 }, (_, i) => i);
    const npy = (data: Float32Array | Int32Array, shape: number[]) => new Uint8Array(dump(data, shape));
    const arrays = (weights: Float32Array) => ({
      "x_train.npy": npy(column, [20, 1]),
      "y_train.npy": npy(
        Int32Array.from(column, (x) => x % 2),
        [20],
      ),
      "w_train.npy": npy(weights, [weights.length]),
    });
    await writeFile(file, zipSync(arrays(column)));
    const { source } = await openData(file, frame([1], [2]));
    const [weights, inputs] = await weighted(source, [17, 0, 9]);
    expect(weights).toEqual(inputs);
    await writeFile(file, zipSync(arrays(column.slice(1))));
    expect(await failure(openData(file, frame([1], [2])))).toMatch(/P6004.*20 train inputs and 19 weights/);
  });
});

it("maps of classes are labels of the positions of the output", async () => {
  const file = join(await folder(), "d.npz");
  const map = Uint8Array.of(0, 1, 2, 0, 1, 1, 1, 2);
  const npz = (shape: number[]) =>
    zipSync({
      "x_train.npy": new Uint8Array(dump(new Float32Array(8), [2, 2, 2, 1])),
      "y_train.npy": new Uint8Array(dump(map, shape)),
    });
  for (const shape of [
    [2, 2, 2],
    [2, 2, 2, 1],
  ]) {
    await writeFile(file, npz(shape));
    const { source } = await openData(file, frame([2, 2, 1], [2, 2, 3]));
    expect(source.describe().targets).toEqual([{ kind: "labels", classes: 3 }]);
    expect((await rows(source, "train", [1])).target).toEqual([1, 1, 1, 2]);
  }
  const { source } = await openData(file, frame([2, 2, 1], [2, 2, 1]));
  expect(source.describe().targets).toEqual([{ kind: "dense", shape: [2, 2, 1] }]);
  expect(await failure(openData(file, frame([2, 2, 1], [4, 3])))).toMatch(
    /P6006.*targets of 2 × 2 × 1 numbers/,
  );
});
