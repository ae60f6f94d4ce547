import { raise } from "../../core/diagnostics/create.js";
import { similar } from "../../core/diagnostics/nearest.js";
import { counted } from "../../core/ir/words.js";
import { isObject } from "../../core/network/json.js";
import { reasonOf } from "../reason.js";
import { sizeOf } from "./examples.js";

/** Numbers as users hand them over, with the shape they have there. */
export interface Numbers {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  /** Whether they were given as bytes. */
  readonly bytes: boolean;
}

type Typed =
  Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Bytes | Uint16Array | Uint32Array;
type Bytes = Uint8Array | Uint8ClampedArray;
const isTyped = (value: unknown): value is Typed =>
  ArrayBuffer.isView(value) && "length" in value && typeof (value as Typed)[0] !== "bigint";
const isBytes = (value: unknown): value is Bytes =>
  value instanceof Uint8Array || value instanceof Uint8ClampedArray;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** What is asked of a tensor: it may be of another copy of TensorFlow.js than ours. */
interface TensorGiven {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number>;
}
const isTensor = (value: unknown): value is TensorGiven =>
  isObject(value) && typeof value["dataSync"] === "function" && isList(value["shape"]);

/** Whether a value is one array, in any form, and no list or object of several. */
export function isArray(value: unknown): boolean {
  if (isList(value))
    return value.every((one) => typeof one === "number" || isTyped(one) || (isList(one) && isArray(one)));
  return isTyped(value) || isTensor(value) || (isObject(value) && ("data" in value || "labels" in value));
}

/** @throws DiagnosticError P6010 for an entry that would not be heard */
export function checkEntries(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd === undefined) return;
  const list = known.filter((key) => key !== "size" && key !== "kind").map((key) => `\`${key}\``);
  raise("P6010", `${where} has \`${odd}\`, which means nothing there`, {
    help: similar(odd, known, "entry") ?? `known are ${list.join(", ")}`,
  });
}

/**
 * Reads a tensor, a typed array, nested lists of numbers, or `{ data, shape }`; tensors stay as they are.
 * @throws DiagnosticError P6010 for anything else
 */
export function numbersOf(value: unknown, where: string): Numbers {
  if (isTensor(value)) return readTensor(value, where);
  if (isTyped(value)) return { data: value, shape: [value.length], bytes: isBytes(value) };
  if (isList(value)) return flattened(value, where);
  if (!isObject(value) || !("data" in value) || !isList(value["shape"]))
    raise("P6010", `${where} is not \`{ data: Float32Array, shape: [rows, …] }\`, a tensor or nested lists`);
  checkEntries(value, ["kind", "data", "shape"], where);
  const { data } = numbersOf(value["data"], where);
  const shape = value["shape"].map(Number);
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent > 0) || sizeOf(shape) !== data.length)
    raise("P6010", `${where} has ${counted(data.length, "numbers")} for the shape ${shape.join(" × ")}`);
  return { data, shape, bytes: isBytes(value["data"]) };
}

function readTensor(tensor: TensorGiven, where: string): Numbers {
  if (tensor.dtype === "string" || tensor.dtype === "complex64")
    raise("P6010", `${where} is a tensor of type ${tensor.dtype}`);
  try {
    return { data: tensor.dataSync(), shape: tensor.shape, bytes: false };
  } catch (cause) {
    raise("P6010", `${where} is a tensor that cannot be read: ${reasonOf(cause)}`);
  }
}

function flattened(rows: readonly unknown[], where: string): Numbers {
  const data: number[] = [];
  const shape: number[] = [];
  let [rank, bytes] = [Infinity, false];
  const walk = (list: readonly unknown[] | Typed, depth: number): void => {
    shape[depth] ??= list.length;
    if (shape[depth] !== list.length)
      raise("P6010", `${where} has rows of ${shape[depth]} and of ${list.length} entries`);
    bytes ||= isBytes(list);
    for (const one of list) {
      if (typeof one === "number" && rank === Infinity) rank = depth + 1;
      if (typeof one === "number" && rank === depth + 1) data.push(one);
      else if ((isList(one) || isTyped(one)) && depth + 1 < rank) walk(one, depth + 1);
      else raise("P6010", `${where} is no regular list of numbers`);
    }
  };
  walk(rows, 0);
  return { data, shape, bytes };
}
