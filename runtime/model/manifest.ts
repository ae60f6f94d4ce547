import { field, isJsonArray, isJsonObject } from "../../core/network/json.js";
import { raise } from "../../core/diagnostics/create.js";
import { quote, show } from "../../core/diagnostics/quote.js";
import type { Json, JsonObject } from "../../core/network/types.js";

export type StoredType = "float32" | "int32" | "bool" | "uint8" | "uint16" | "float16";

/** How values are kept when they are not kept as they are: `value = stored · scale + min`. */
export interface Quantization {
  readonly dtype: "uint8" | "uint16" | "float16";
  readonly scale: number;
  readonly min: number;
}

export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly stored: StoredType;
  readonly quantization: Quantization | null;
  readonly elements: number;
  readonly bytes: number;
}

/** One group of the manifest: entries that lie one after the other in its files. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly entries: readonly WeightEntry[];
  readonly bytes: number;
}

const BYTES: Record<StoredType, number> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };
const MAX_ELEMENTS = 2 ** 31;
const MAX_RANK = 16;

function damaged(what: string): never {
  return raise("P5104", `the weight manifest ${what}`, { help: "save or convert the model again" });
}

/** Checks `weightsManifest` of a model.json. Nothing is allocated by the sizes it claims. */
export function readManifest(value: Json): readonly WeightGroup[] {
  if (!isJsonArray(value)) return damaged("is not a list");
  return value.map((group, i) => {
    if (!isJsonObject(group)) return damaged(`has a group ${i + 1} that is not an object`);
    const paths = field(group, "paths");
    const weights = field(group, "weights");
    if (!isJsonArray(paths) || !isJsonArray(weights))
      return damaged(`has a group ${i + 1} without \`paths\` or \`weights\``);
    const names = paths.map((path) =>
      typeof path === "string" ? path : damaged(`has a path that is ${show(path)}`),
    );
    const entries = weights.map((weight) =>
      isJsonObject(weight) ? readEntry(weight) : damaged("has a weight that is not an object"),
    );
    return { paths: names, entries, bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0) };
  });
}

/** The same for entries that come without files, as those of an IOHandler. */
export function readEntry(weight: JsonObject): WeightEntry {
  const name = field(weight, "name");
  if (typeof name !== "string" || name === "") return damaged("has a weight without a name");
  const shape = readShape(field(weight, "shape"), name);
  const elements = shape.reduce((p, n) => p * n, 1);
  if (elements > MAX_ELEMENTS) {
    return raise("P5104", `weight ${quote(name)} claims the shape [${shape.join(", ")}]`, {
      notes: ["one variable may have 2^31 elements"],
    });
  }
  const dtype = field(weight, "dtype");
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool" && dtype !== "uint8") {
    return raise("P5112", `weight ${quote(name)} is of type ${show(dtype)}`, {
      notes: ["float32, int32, bool and uint8 can be read"],
    });
  }
  const quantization = readQuantization(field(weight, "quantization"), name);
  const stored = quantization?.dtype ?? dtype;
  return { name, shape, stored, quantization, elements, bytes: elements * BYTES[stored] };
}

function readShape(value: Json | undefined, name: string): readonly number[] {
  if (!isJsonArray(value) || value.length > MAX_RANK)
    return damaged(`gives weight ${quote(name)} no valid shape`);
  return value.map((n) =>
    typeof n === "number" && Number.isSafeInteger(n) && n >= 0
      ? n
      : damaged(`gives weight ${quote(name)} a shape with ${show(n)} in it`),
  );
}

function readQuantization(value: Json | undefined, name: string): Quantization | null {
  if (value === undefined || value === null) return null;
  const dtype = isJsonObject(value) ? field(value, "dtype") : undefined;
  if (!isJsonObject(value) || (dtype !== "uint8" && dtype !== "uint16" && dtype !== "float16")) {
    return raise("P5112", `weight ${quote(name)} is quantized to ${show(dtype)}`, {
      notes: ["uint8, uint16 and float16 can be read"],
    });
  }
  if (dtype === "float16") return { dtype, scale: 1, min: 0 };
  const scale = field(value, "scale");
  const min = field(value, "min");
  if (typeof scale !== "number" || typeof min !== "number") {
    return raise("P5112", `the quantization of weight ${quote(name)} lacks \`scale\` or \`min\``);
  }
  return { dtype, scale, min };
}

/** Whether a manifest names a file beside or below its model.json, and nothing else. */
export const isPlainPath = (path: string): boolean =>
  path !== "" && !/[\0\\]|^\/|^[a-z][a-z0-9+.-]*:/i.test(path) && !path.split("/").includes("..");

/** @throws DiagnosticError P5105 */
export const outsideOf = (path: string): never =>
  raise("P5105", `the weight manifest names the file ${quote(path)}`, {
    notes: ["weight files lie in the folder of their model.json"],
  });
