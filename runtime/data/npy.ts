import { counted } from "../../core/ir/words.js";
import { basename } from "node:path";
import { unzipSync } from "fflate";
import { parse } from "npyjs";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import { classTargets, sizeOf, type ExampleSet, type RawData } from "./examples.js";
import { MAX_BYTES, readBytes } from "./files.js";

/** NumPy arrays: one `.npz` (or a folder of `.npy`) with `x_train`, `y_train` and optionally `x_test`, `y_test`. */

interface Array_ {
  readonly data: Uint8Array | Float32Array;
  readonly shape: readonly number[];
  readonly whole: boolean;
}

export async function readNpz(path: string): Promise<RawData> {
  const name = basename(path);
  const packed = await readBytes(path);
  let total = 0;
  const entries = (() => {
    try {
      return unzipSync(packed, {
        filter: (file) => {
          total += file.originalSize;
          if (total > MAX_BYTES) raise("P6008", `\`${name}\` unpacks to more than ${MAX_BYTES} bytes`);
          return file.name.endsWith(".npy");
        },
      });
    } catch (cause) {
      if (cause instanceof Error && cause.name === "DiagnosticError") throw cause;
      raise("P6003", `\`${name}\` is not a whole NPZ archive: ${reasonOf(cause)}`);
    }
  })();
  const arrays = new Map(Object.entries(entries).map(([file, bytes]) => [file.replace(/\.npy$/, ""), bytes]));
  return assemble((key) => arrays.get(key), `\`${name}\``);
}

export async function readNpyFolder(files: ReadonlyMap<string, string>): Promise<RawData> {
  const bytes = new Map<string, Uint8Array>();
  for (const [key, path] of files) bytes.set(key, await readBytes(path));
  return assemble((key) => bytes.get(key), "the folder");
}

const ROLES: Readonly<Record<string, readonly string[]>> = {
  "train inputs": ["x_train", "train_images", "train_x", "X_train"],
  "train labels": ["y_train", "train_labels", "train_y", "Y_train"],
  "train weights": ["w_train", "weights_train", "train_weights", "sample_weight_train"],
  "test inputs": ["x_test", "test_images", "test_x", "X_test"],
  "test labels": ["y_test", "test_labels", "test_y", "Y_test"],
  "test weights": ["w_test", "weights_test", "test_weights", "sample_weight_test"],
};
export const NPY_NAMES = Object.values(ROLES).flat();

function assemble(bytesOf: (key: string) => Uint8Array | undefined, where: string): RawData {
  const array = (role: string): Array_ | null => {
    const key = (ROLES[role] ?? []).find((candidate) => bytesOf(candidate) !== undefined);
    const bytes = key === undefined ? undefined : bytesOf(key);
    return bytes && key !== undefined ? parseNpy(bytes, key) : null;
  };
  const split = (name: string): ExampleSet | null => {
    const inputs = array(`${name} inputs`);
    const labels = array(`${name} labels`);
    if (!inputs && !labels) return null;
    if (!inputs || !labels)
      raise("P6004", `${where} has ${name} ${inputs ? "inputs but no labels" : "labels but no inputs"}`);
    const examples = inputs.shape[0] ?? 0;
    if (labels.shape[0] !== examples)
      raise(
        "P6004",
        `${where} has ${counted(examples, `${name} inputs`)} and ${counted(labels.shape[0] ?? 0, "labels")}`,
      );
    const weights = array(`${name} weights`);
    if (weights && weights.shape[0] !== examples)
      raise(
        "P6004",
        `${where} has ${counted(examples, `${name} inputs`)} and ${weights.shape[0] ?? 0} weights`,
      );
    return {
      examples,
      shape: inputs.shape.slice(1),
      inputs: inputs.data,
      targets: targetsFrom(labels),
      ...(weights && { weights: Float32Array.from(weights.data) }),
    };
  };
  const train = split("train");
  if (!train)
    raise("P6002", `${where} has no array \`x_train\``, {
      help: `name the arrays ${NPY_NAMES.slice(0, 2).join(", ")}, y_train, x_test, y_test`,
    });
  return { train, test: split("test") };
}

function targetsFrom({ data, shape, whole }: Array_): ExampleSet["targets"] {
  const places = shape.slice(1);
  const one = sizeOf(places) === 1;
  if (whole && !data.some((label) => label < 0))
    return { ...classTargets(Int32Array.from(data)), ...(!one && { places }) };
  return { kind: "dense", data: Float32Array.from(data), shape: one ? [1] : places };
}

/** One array. Unsigned bytes stay bytes; every other number type becomes float32. */
export function parseNpy(bytes: Uint8Array, name: string): Array_ {
  const damaged: (why: string) => never = (why) =>
    raise("P6003", `\`${name}\` is not a whole NPY array: ${why}`);
  const parsed = (() => {
    if (magic.some((byte, i) => bytes[i] !== byte)) damaged("it does not begin as one");
    try {
      return parse(bytes.slice().buffer);
    } catch (cause) {
      damaged(reasonOf(cause));
    }
  })();
  const { data, shape, fortranOrder, dtype } = parsed;
  if (fortranOrder && shape.length > 1) {
    raise("P6003", `\`${name}\` is stored column by column (Fortran order)`, {
      help: "save it with numpy.ascontiguousarray",
    });
  }
  if (!isNumbers(data)) damaged(`its type ${dtype} is not one of numbers`);
  if (data.length !== sizeOf(shape) || shape.some((extent) => extent < 0))
    damaged(`its header promises ${shape.join(" × ")} values, ${data.length} are there`);
  const whole = /^[iu]/.test(dtype);
  if (data instanceof Uint8Array) return { data, shape, whole };
  const numbers = Float32Array.from(data, Number);
  const odd = numbers.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) notFinite(name, shape, odd, Number(data[odd]));
  return { data: numbers, shape, whole };
}

/** What every NPY array begins with. */
const magic = [0x93, ...new TextEncoder().encode("NUMPY")];

function notFinite(name: string, shape: readonly number[], at: number, value: number): never {
  const row = Math.floor(at / Math.max(1, sizeOf(shape.slice(1))));
  const what = Number.isNaN(value)
    ? "a value that is not a number"
    : `the value ${value}, which no float32 can hold`;
  raise("P6007", `\`${name}\` has ${what}, in example ${row + 1}`, {
    help: "mend or leave out the example",
  });
}

function isNumbers(data: ArrayBufferView): data is Uint8Array | Float32Array | BigInt64Array {
  return ArrayBuffer.isView(data) && "length" in data;
}
