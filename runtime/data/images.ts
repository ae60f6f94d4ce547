import { counted } from "../../core/ir/words.js";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import type { ExampleSet, RawData } from "./examples.js";
import { MAX_BYTES } from "./files.js";

/** Image folders, decoded by the optional peer `sharp`: `train/<class>/*.png` and `test/<class>/*.png`, or `<class>/*` alone. */

const IMAGE = /\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i;
const SPLITS = { train: /^train(ing)?$/i, test: /^(test|val|valid|validation)$/i };

export async function looksLikeImages(folder: string): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = await readdir(join(folder, entry.name), { withFileTypes: true });
    if (inner.some((e) => e.isFile() && IMAGE.test(e.name))) return true;
    const split = SPLITS.train.test(entry.name);
    const first = inner.find((e) => e.isDirectory());
    if (split && first && (await readdir(join(folder, entry.name, first.name))).some((n) => IMAGE.test(n)))
      return true;
  }
  return false;
}

/** `size` is what the network reads: height, width, channels (1 or 3); images are resized to it (cover). */
export async function readImages(folder: string, size: readonly [number, number, number]): Promise<RawData> {
  const sharp = await loadSharp();
  const folders = await foldersIn(folder);
  const trainName = folders.find((name) => SPLITS.train.test(name));
  const testName = folders.find((name) => SPLITS.test.test(name));
  const trainFolder = trainName === undefined ? folder : join(folder, trainName);
  const names = await foldersIn(trainFolder);
  const train = await readSplit(sharp, trainFolder, names, size);
  const test =
    trainName !== undefined && testName !== undefined
      ? await readSplit(sharp, join(folder, testName), names, size)
      : null;
  return { train, test };
}

async function foldersIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((e) => e.isDirectory())
    .map((e) => e.name);
  return names.sort();
}

type Sharp = (path: string) => {
  resize(width: number, height: number, options: { fit: "cover" }): ReturnType<Sharp>;
  toColourspace(space: "b-w" | "srgb"): ReturnType<Sharp>;
  removeAlpha(): ReturnType<Sharp>;
  raw(): { toBuffer(): Promise<Buffer> };
};

async function loadSharp(): Promise<Sharp> {
  try {
    const loaded: { default: Sharp } = await import("sharp");
    return loaded.default;
  } catch {
    raise("P6009", "image folders are decoded by the package `sharp`, which is not installed", {
      help: "npm install sharp",
    });
  }
}

async function readSplit(
  sharp: Sharp,
  folder: string,
  names: readonly string[],
  [height, width, channels]: readonly [number, number, number],
): Promise<ExampleSet> {
  const files: { path: string; label: number }[] = [];
  for (const name of await foldersIn(folder)) {
    const label = names.indexOf(name);
    if (label < 0)
      raise(
        "P6006",
        `\`${basename(folder)}\` has the class folder \`${name}\`, which the training split has not`,
      );
    const images = (await readdir(join(folder, name))).filter((n) => IMAGE.test(n)).sort();
    files.push(...images.map((n) => ({ path: join(folder, name, n), label })));
  }
  const size = height * width * channels;
  if (files.length === 0) raise("P6002", `\`${folder}\` has no images in class folders`);
  if (files.length * size > MAX_BYTES)
    raise(
      "P6008",
      `${counted(files.length, "images")} of ${height} × ${width} × ${channels} do not fit in memory`,
    );
  const inputs = new Uint8Array(files.length * size);
  const decode = async (index: number) => {
    const file = files[index];
    if (!file) return;
    try {
      const image = sharp(file.path)
        .resize(width, height, { fit: "cover" })
        .toColourspace(channels === 1 ? "b-w" : "srgb");
      inputs.set((await image.removeAlpha().raw().toBuffer()).subarray(0, size), index * size);
    } catch (cause) {
      raise("P6003", `\`${file.path}\` is not a readable image: ${reasonOf(cause)}`);
    }
  };
  const workers = 4;
  const work = async (worker: number) => {
    for (let index = worker; index < files.length; index += workers) await decode(index);
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  const labels = Int32Array.from(files, (file) => file.label);
  return {
    examples: files.length,
    shape: [height, width, channels],
    inputs,
    targets: { kind: "classes", labels, classes: names.length, names },
  };
}
