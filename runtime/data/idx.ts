import { counted } from "../../core/ir/words.js";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { classTargets, sizeOf, type ExampleSet, type RawData } from "./examples.js";
import { readBytes } from "./files.js";

/** Reader of the IDX format of the MNIST family (LeCun, Cortes, Burges): big-endian header, then the values. */

interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float32Array;
}

const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  0x08: 1,
  0x09: 1,
  0x0b: 2,
  0x0c: 4,
  0x0d: 4,
  0x0e: 8,
};

/** Parses one IDX file. Unsigned bytes stay bytes; every other type becomes float32. */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const damaged: (why: string) => never = (why) =>
    raise("P6003", `\`${name}\` is not a whole IDX file: ${why}`);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) damaged("its first two bytes are not zero");
  const type = bytes[2] ?? 0;
  const rank = bytes[3] ?? 0;
  const width = ELEMENT_BYTES[type];
  if (width === undefined) damaged(`unknown element type 0x${type.toString(16)}`);
  if (rank < 1 || rank > 8 || bytes.length < 4 + 4 * rank) damaged(`its header says ${rank} dimensions`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const start = 4 + 4 * rank;
  const expected = sizeOf(shape) * width;
  if (expected !== bytes.length - start) {
    damaged(
      `its header promises ${shape.join(" × ")} values in ${counted(expected, "bytes")}, there: ${bytes.length - start}`,
    );
  }
  if (type === 0x08) return { shape, data: bytes.subarray(start) };
  const read = [
    [0x09, (at: number) => view.getInt8(at)],
    [0x0b, (at: number) => view.getInt16(at)],
    [0x0c, (at: number) => view.getInt32(at)],
    [0x0d, (at: number) => view.getFloat32(at)],
    [0x0e, (at: number) => view.getFloat64(at)],
  ] as const;
  const get = read.find(([code]) => code === type)?.[1];
  const data = new Float32Array(sizeOf(shape));
  if (get) for (let i = 0; i < data.length; i++) data[i] = get(start + i * width);
  return { shape, data };
}

/** File names of a folder that hold IDX arrays, by role, or null when the folder is of another kind. */
export async function findIdx(folder: string): Promise<ReadonlyMap<string, string> | null> {
  const names = (await readdir(folder)).sort();
  const find = (pattern: RegExp) => names.find((name) => pattern.test(name));
  const roles: readonly (readonly [string, RegExp])[] = [
    ["train inputs", /^train.*(images|inputs|x)[-.]?idx\d-\w+(\.gz)?$/i],
    ["train labels", /^train.*(labels|targets|y)[-.]?idx1-\w+(\.gz)?$/i],
    ["test inputs", /^(t10k|test).*(images|inputs|x)[-.]?idx\d-\w+(\.gz)?$/i],
    ["test labels", /^(t10k|test).*(labels|targets|y)[-.]?idx1-\w+(\.gz)?$/i],
  ];
  const found = new Map<string, string>();
  for (const [role, pattern] of roles) {
    const name = find(pattern);
    if (name !== undefined) found.set(role, join(folder, name));
  }
  return found.has("train inputs") ? found : null;
}

export async function readIdxFolder(files: ReadonlyMap<string, string>): Promise<RawData> {
  const read = async (split: string): Promise<ExampleSet | null> => {
    const inputsPath = files.get(`${split} inputs`);
    const labelsPath = files.get(`${split} labels`);
    if (inputsPath === undefined && labelsPath === undefined) return null;
    if (inputsPath === undefined || labelsPath === undefined) {
      raise(
        "P6004",
        `the ${split} split has ${inputsPath === undefined ? "labels but no images" : "images but no labels"}`,
      );
    }
    const inputs = parseIdx(await readBytes(inputsPath), basename(inputsPath));
    const labels = parseIdx(await readBytes(labelsPath), basename(labelsPath));
    const examples = inputs.shape[0] ?? 0;
    if (labels.data.length !== examples) {
      raise(
        "P6004",
        `\`${basename(inputsPath)}\` holds ${counted(examples, "examples")}, \`${basename(labelsPath)}\` ${counted(labels.data.length, "labels")}`,
      );
    }
    return {
      examples,
      shape: inputs.shape.slice(1),
      inputs: inputs.data,
      targets: classTargets(Int32Array.from(labels.data)),
    };
  };
  const train = await read("train");
  if (train === null) raise("P6002", "the folder has no training images");
  return { train, test: await read("test") };
}
