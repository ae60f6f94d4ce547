import { isJsonArray, isJsonObject, field } from "./json.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Json, JsonObject } from "./types.js";

/** A reference as written: layer name, call, tensor. */
export interface RawRef {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

export interface RawNode {
  readonly inputs: readonly RawRef[];
  readonly kwargs: JsonObject;
}

function count(value: Json | undefined, where: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 1e9) return value;
  return raise("P5002", `${where} has a reference without a valid index`);
}

/** `["name", 0, 0]`, with more entries ignored. */
function readRef(value: Json | undefined, where: string): RawRef {
  if (isJsonArray(value) && typeof value[0] === "string") {
    return { layer: value[0], node: count(value[1] ?? 0, where), tensor: count(value[2] ?? 0, where) };
  }
  return raise("P5002", `${where} has a reference that is not [layer, node, tensor]`);
}

/** `input_layers` and `output_layers`: one reference, a list of them, or (Keras 3) an object of them. */
export function readRefs(value: Json | undefined, where: string): readonly RawRef[] {
  if (isJsonArray(value)) {
    if (typeof value[0] === "string" && typeof value[1] === "number") return [readRef(value, where)];
    return value.flatMap((item) =>
      isJsonArray(item) && typeof item[0] !== "string" ? readRefs(item, where) : [readRef(item, where)],
    );
  }
  if (isJsonObject(value)) return Object.values(value).flatMap((item) => readRefs(item, where));
  return raise("P5002", `${where} is missing`);
}

function kerasTensor(value: Json): RawRef | null {
  if (!isJsonObject(value) || value["class_name"] !== "__keras_tensor__") return null;
  const config = field(value, "config");
  const history = isJsonObject(config) ? field(config, "keras_history") : undefined;
  return isJsonArray(history) ? readRef(history, "a call") : null;
}

function tensorsIn(value: Json | undefined, out: RawRef[]): void {
  if (value === undefined || value === null || typeof value !== "object") return;
  if (isJsonArray(value)) return value.forEach((item) => tensorsIn(item, out));
  const tensor = kerasTensor(value);
  if (tensor) out.push(tensor);
  else for (const item of Object.values(value)) tensorsIn(item, out);
}

/** Keras 3: `{ args: […], kwargs: {…} }` with tensors inside. */
function readCallObject(value: JsonObject, path: string): RawNode {
  const inputs: RawRef[] = [];
  tensorsIn(field(value, "args"), inputs);
  const kwargs: { [key: string]: Json } = {};
  const given = field(value, "kwargs");
  for (const [key, item] of isJsonObject(given) ? Object.entries(given) : []) {
    const tensors: RawRef[] = [];
    tensorsIn(item, tensors);
    if (tensors.length === 0) {
      if (item !== null) kwargs[key] = item;
    } else if (key === "initial_state" || key === "inputs") inputs.push(...tensors);
    else {
      raise(
        "P5009",
        `layer ${quote(path)} gets a tensor as \`${key}\`, which TensorFlow.js cannot read back`,
      );
    }
  }
  return { inputs, kwargs };
}

/** One entry of `inbound_nodes`, Keras 2 (`[["x", 0, 0, {}], …]`) or Keras 3. */
export function readNode(value: Json, path: string): RawNode {
  if (isJsonObject(value)) return readCallObject(value, path);
  if (!isJsonArray(value)) return raise("P5002", `layer ${quote(path)} has a call that is not a list`);
  const entries = typeof value[0] === "string" ? [value] : value;
  let kwargs: JsonObject = {};
  const inputs = entries.map((entry) => {
    const extra = isJsonArray(entry) ? entry[3] : undefined;
    if (isJsonObject(extra) && Object.keys(extra).length > 0) kwargs = extra;
    return readRef(entry, `layer ${quote(path)}`);
  });
  return { inputs, kwargs };
}
