import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { openData } from "../../runtime/data/open.js";
import { randomStream } from "../../core/random.js";
import { npy, quarters } from "../e2e/project.js";
import { damagedBytes, dice } from "../helpers/mistakes/damage.js";
import { idx, png } from "../helpers/mistakes/make-files.js";
import { frame } from "../runtime/data/network.js";
import { runs } from "../helpers/runs.js";

/** Data of every kind, damaged at random: it is read, or refused by diagnostics, in time, and nothing else is thrown. */

const root = mkdtempSync(join(tmpdir(), "espalier-fuzz-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bytes = (count: number) => Array.from({ length: count }, (_, i) => (i * 37) % 256);
const images = idx([6, 4, 4], bytes(96));
const labels = idx([6], [0, 1, 2, 0, 1, 2]);
const table = new TextEncoder().encode(
  `a,b,label\n${Array.from({ length: 12 }, (_, i) => `${randomStream(1, "fuzz").normal(i)},${i},${i % 3}\n`).join("")}`,
);
const numbers = npy("<f4", [6, 4, 4], new Uint8Array(Float32Array.from(bytes(96)).buffer));
const classes = npy("|u1", [6], Uint8Array.of(0, 1, 2, 0, 1, 2));
const parquet = (name: string) => readFileSync(join(import.meta.dirname, "../fixtures/data", name));

interface Kind {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The one that is damaged. */
  readonly damaged: string;
  /** What to open: the damaged file, or its folder. */
  readonly folder?: boolean;
  readonly input: readonly number[];
  readonly times?: number;
}

const mnist = { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels };
const pictures = Object.fromEntries(
  ["a", "b"].flatMap((name) => [0, 1].map((i) => [`train/${name}/${i}.png`, png(4, 90 * i)])),
);
const kinds: readonly Kind[] = [
  { name: "IDX images", files: mnist, damaged: "train-images-idx3-ubyte", folder: true, input: [4, 4, 1] },
  { name: "IDX labels", files: mnist, damaged: "train-labels-idx1-ubyte", folder: true, input: [4, 4, 1] },
  {
    name: "IDX packed",
    files: { "train-images-idx3-ubyte.gz": gzipSync(images), "train-labels-idx1-ubyte": labels },
    damaged: "train-images-idx3-ubyte.gz",
    folder: true,
    input: [4, 4, 1],
  },
  {
    name: "NPY",
    files: { "x_train.npy": numbers, "y_train.npy": classes },
    damaged: "x_train.npy",
    folder: true,
    input: [4, 4, 1],
  },
  {
    name: "NPY labels",
    files: { "x_train.npy": numbers, "y_train.npy": classes },
    damaged: "y_train.npy",
    folder: true,
    input: [4, 4, 1],
  },
  { name: "NPZ", files: { "d.npz": quarters(6, 3) }, damaged: "d.npz", input: [8, 8, 1] },
  { name: "CSV", files: { "d.csv": table }, damaged: "d.csv", input: [2] },
  { name: "CSV packed", files: { "d.csv.gz": gzipSync(table) }, damaged: "d.csv.gz", input: [2] },
  { name: "Parquet", files: { "d.parquet": parquet("pets.parquet") }, damaged: "d.parquet", input: [2] },
  {
    name: "Parquet lists",
    files: { "d.parquet": parquet("lists.parquet") },
    damaged: "d.parquet",
    input: [2],
  },
  {
    name: "PNG",
    files: pictures,
    damaged: "train/a/1.png",
    folder: true,
    input: [4, 4, 1],
    times: runs(40, 400),
  },
];

let strays: unknown[] = [];
beforeAll(() => {
  const hear = (cause: unknown) => void strays.push(cause);
  process.on("unhandledRejection", hear);
  return () => void process.off("unhandledRejection", hear);
});

it.each(kinds)("$name", async ({ name, files, damaged, folder, input, times = runs(120, 1200) }) => {
  const at = mkdtempSync(join(root, "d-"));
  const path = (file: string) => join(at, file);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), content);
  }
  const where = folder === true ? at : path(damaged);
  expect(await outcome(where, input)).toBe("read");
  for (let seed = 0; seed < times; seed++) {
    writeFileSync(path(damaged), damagedBytes(files[damaged] ?? new Uint8Array(), dice(seed, name)));
    const start = performance.now();
    expect(await outcome(where, input), `seed ${seed}`).toMatch(/^(read|P6\d{3}( P6\d{3})*)$/);
    expect(performance.now() - start, `seed ${seed}`).toBeLessThan(5000);
  }
  expect(strays).toEqual([]);
  strays = [];
});

/** `read`, the codes of diagnostics, or what was thrown. */
async function outcome(where: string, input: readonly number[]): Promise<string> {
  try {
    const { source } = await openData(where, frame([...input], [4]));
    if (source.train.kind === "indexed") await source.train.gather(Int32Array.of(0));
    await source.close?.();
    return "read";
  } catch (cause) {
    if (cause instanceof DiagnosticError) return cause.diagnostics.map(({ code }) => code).join(" ");
    return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  }
}
