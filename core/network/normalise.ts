import { HARD_SIGMOID_3 } from "./dialect.js";
import { field, heldLayer, isJsonArray, isJsonObject } from "./json.js";
import { layerClass } from "./layers/index.js";
import type { Json, JsonObject, Writer } from "./types.js";

/** Brings a layer's config from the spellings of Keras 2 and 3 to the one that TensorFlow.js reads. */

const DROPPED = new Set(["module", "registered_name", "build_config", "compile_config", "shared_object_id"]);

const ACTIVATIONS = new Map([
  ["silu", "swish"],
  ["hard_silu", "hard_swish"],
]);

/** Keras 3 wraps every object; unwraps policies, functions, tuples and arrays, and drops what only Python needs. */
export function unwrapValue(value: Json): Json {
  if (isJsonArray(value)) return value.map(unwrapValue);
  if (!isJsonObject(value)) return value;
  const className = field(value, "class_name");
  const config = field(value, "config");
  if (className === "function" && typeof config === "string") return config;
  if (className === "__tuple__" || className === "__array__") {
    const items = field(value, "items") ?? (isJsonObject(config) ? field(config, "value") : undefined);
    if (isJsonArray(items)) return items.map(unwrapValue);
  }
  if (typeof className === "string" && /Policy$/.test(className)) {
    const name = isJsonObject(config) ? field(config, "name") : undefined;
    return typeof name === "string" && !name.startsWith("mixed") ? name : "float32";
  }
  const out: { [key: string]: Json } = {};
  for (const [key, item] of Object.entries(value)) if (!DROPPED.has(key)) out[key] = unwrapValue(item);
  return className === "L1" || className === "L2" ? regularizer(out) : out;
}

/** TensorFlow.js registers one class for both. */
function regularizer(value: JsonObject): JsonObject {
  const config = field(value, "config");
  const given = isJsonObject(config) ? config : {};
  const amount = (key: string): Json => field(given, key) ?? 0;
  return { class_name: "L1L2", config: { l1: amount("l1"), l2: amount("l2") } };
}

function batchShape(config: JsonObject): Json | undefined {
  const given = field(config, "batch_input_shape") ?? field(config, "batch_shape");
  if (isJsonArray(given)) return given;
  const shape = field(config, "input_shape") ?? field(config, "shape");
  return isJsonArray(shape) ? [field(config, "batch_size") ?? null, ...shape] : undefined;
}

/** A copy of the config of one layer as TensorFlow.js wants it; nested `layer`, `cell` and `cells` included. */
export function normaliseConfig(className: string, given: JsonObject, writer: Writer): JsonObject {
  const value = unwrapValue(given);
  const config: { [key: string]: Json } = isJsonObject(value) ? { ...value } : {};
  const shape = batchShape(config);
  for (const key of ["batch_shape", "input_shape"]) delete config[key];
  if (shape !== undefined) config["batch_input_shape"] = shape;
  else delete config["batch_input_shape"];
  for (const [key, item] of Object.entries(config)) {
    if (!/activation$/.test(key)) continue;
    if (item === null) config[key] = "linear";
    else if (writer === "keras3" && item === "hard_sigmoid") config[key] = HARD_SIGMOID_3;
    else if (typeof item === "string") config[key] = ACTIVATIONS.get(item) ?? item;
  }
  layerClass(className).normalise?.(config, writer);
  for (const key of ["layer", "cell", "backward_layer"]) {
    const inner = config[key];
    if (isJsonObject(inner)) config[key] = normaliseInner(inner, writer);
  }
  const cells = config["cells"];
  if (isJsonArray(cells))
    config["cells"] = cells.map((cell) => (isJsonObject(cell) ? normaliseInner(cell, writer) : cell));
  return config;
}

function normaliseInner(inner: JsonObject, writer: Writer): JsonObject {
  const held = heldLayer(inner);
  if (held === null) return inner;
  const { className, config } = held;
  const given = field(config, "name");
  const name = typeof given === "string" ? given.replace(/[^-A-Za-z0-9_.]/g, "_") : className.toLowerCase();
  return { class_name: className, config: { ...normaliseConfig(className, config, writer), name } };
}
