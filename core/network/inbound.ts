import { isJsonArray, isJsonObject, field } from "./json.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Json, JsonObject, Writer } from "./types.js";

/** A reference as written: layer name, call, tensor. */
export interface RawRef {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** An argument of a call, by position or by name: the tensors in it, or the value where there are none. */
export interface Argument {
  readonly name: string | null;
  readonly refs: readonly RawRef[];
  readonly value: Json;
}

export interface RawNode {
  readonly inputs: readonly RawRef[];
  /** What the inputs are handed in as, where each has a name. */
  readonly names: readonly string[] | null;
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

/** A tensor among arguments: `__keras_tensor__` of Keras 3, `["name", 0, 0]` of Keras 2. */
function tensorOf(value: Json): RawRef | null {
  if (isJsonArray(value)) {
    const [layer, node, tensor] = value;
    const written = typeof layer === "string" && typeof node === "number" && typeof tensor === "number";
    return written && value.length === 3 ? readRef(value, "a call") : null;
  }
  if (!isJsonObject(value) || value["class_name"] !== "__keras_tensor__") return null;
  const config = field(value, "config");
  const history = isJsonObject(config) ? field(config, "keras_history") : undefined;
  return isJsonArray(history) ? readRef(history, "a call") : null;
}

function tensorsIn(value: Json | undefined): readonly RawRef[] {
  if (value === undefined || value === null || typeof value !== "object") return [];
  const tensor = tensorOf(value);
  return tensor ? [tensor] : Object.values(value).flatMap(tensorsIn);
}

const argument = (name: string | null, value: Json): Argument => ({ name, refs: tensorsIn(value), value });

const named = (given: Json | undefined): readonly Argument[] =>
  isJsonObject(given) ? Object.entries(given).map(([name, value]) => argument(name, value)) : [];

/** First entry of a constant where a tensor could stand: `["_CONSTANT_VALUE", -1, 2.0, {…}]`. */
const CONSTANT = "_CONSTANT_VALUE";

/**
 * The arguments of one entry of `inbound_nodes`: Keras 2 writes `[["x", 0, 0, {…}], …]`, or the entry alone, Keras 3
 * `{ args: […], kwargs: {…} }`.
 */
export function readArguments(value: Json, path: string): readonly Argument[] {
  if (isJsonObject(value)) {
    const args = field(value, "args");
    const positional = (isJsonArray(args) ? args : []).map((item) => argument(null, item));
    return [...positional, ...named(field(value, "kwargs"))];
  }
  if (!isJsonArray(value)) return raise("P5002", `layer ${quote(path)} has a call that is not a list`);
  let kwargs: readonly Argument[] = [];
  const positional = (typeof value[0] === "string" ? [value] : value).map((entry): Argument => {
    const more = isJsonArray(entry) ? named(entry[3]) : [];
    if (more.length > 0) kwargs = more;
    if (isJsonArray(entry) && entry[0] === CONSTANT) return argument(null, entry[2] ?? null);
    return { name: null, refs: [readRef(entry, `layer ${quote(path)}`)], value: null };
  });
  return [...positional, ...kwargs];
}

/** Names by which a call of a layer may hand in what TensorFlow.js takes by position. */
const BY_POSITION = new Set(["inputs", "x", "initial_state"]);

/** A call of a layer; `takes`: its arguments in order, where each tensor has a meaning of its own. */
export function layerCall(
  given: readonly Argument[],
  path: string,
  takes: readonly string[] | null = null,
): RawNode {
  const kwargs: { [key: string]: Json } = {};
  const names: string[] = [];
  const inputs = given.flatMap(({ name, refs, value }, i) => {
    if (refs.length === 0) {
      if (name !== null && value !== null) kwargs[name] = value;
      return refs;
    }
    const meaning = takes === null ? null : (name ?? takes[i] ?? String(i));
    const known =
      takes === null
        ? name === null || BY_POSITION.has(name)
        : takes.includes(meaning ?? "") && refs.length === 1;
    if (!known) {
      raise(
        "P5009",
        `layer ${quote(path)} gets a tensor as \`${meaning ?? name}\`, which TensorFlow.js cannot read back`,
      );
    }
    if (meaning !== null) names.push(meaning);
    return refs;
  });
  return { inputs, names: takes && names, kwargs };
}

/** Place of a tensor in a file: layer, call, tensor. */
export type Place = readonly [string, number, number];

/**
 * An entry of `inbound_nodes`. Tensors with names are read by Keras 2 among the named arguments of the first, by Keras 3 only as
 * objects of its own.
 */
export function writtenCall(
  places: readonly Place[],
  { names, kwargs }: Pick<RawNode, "names" | "kwargs">,
  writer: Writer,
): Json {
  if (names === null) return places.map((place): Json => [...place, kwargs]);
  const entries = names.map((name, i) => [name, places[i] ?? ["", 0, 0]] as const);
  if (writer !== "keras3") {
    const [first, ...more] = entries;
    return first === undefined ? [] : [[...first[1], { ...Object.fromEntries(more), ...kwargs }]];
  }
  const tensor = (place: Place): Json => ({
    class_name: "__keras_tensor__",
    config: { shape: [null], dtype: "float32", keras_history: place },
  });
  const tensors = Object.fromEntries(entries.map(([name, place]) => [name, tensor(place)]));
  return { args: [], kwargs: { ...tensors, ...kwargs } };
}
