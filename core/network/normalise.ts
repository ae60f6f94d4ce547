import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { amountsOf } from "./amounts.js";
import { fillDefaults } from "./defaults.js";
import { HARD_SIGMOID_3, writtenConfig } from "./dialect.js";
import { field, heldLayer, isJsonArray, isJsonObject } from "./json.js";
import { heardArguments, plainType } from "./layers/arguments.js";
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
    return typeof name === "string" ? name : "float32";
  }
  const out: { [key: string]: Json } = {};
  for (const [key, item] of Object.entries(value)) if (!DROPPED.has(key)) out[key] = unwrapValue(item);
  return out;
}

function batchShape(config: JsonObject): Json | undefined {
  const given = field(config, "batch_input_shape") ?? field(config, "batch_shape");
  if (isJsonArray(given)) return given;
  const shape = field(config, "input_shape") ?? field(config, "shape");
  return isJsonArray(shape) ? [field(config, "batch_size") ?? null, ...shape] : undefined;
}

/** Whose file it is, the layer that is read, and warnings of what it says and nobody follows. */
interface Reading {
  readonly writer: Writer;
  readonly path: string;
  readonly told: Diagnostic[];
}

/**
 * A copy of the config of one layer as TensorFlow.js wants it; nested `layer`, `cell` and `cells` included.
 * @throws DiagnosticError P5009, P5151 where an argument asks for what is not computed
 */
export function normaliseConfig(className: string, given: JsonObject, r: Reading): JsonObject {
  const value = unwrapValue(given);
  const config: { [key: string]: Json } = isJsonObject(value) ? { ...value } : {};
  const shape = batchShape(config);
  for (const key of ["batch_shape", "input_shape"]) delete config[key];
  if (shape !== undefined) config["batch_input_shape"] = shape;
  else delete config["batch_input_shape"];
  fillDefaults(className, config, r.writer);
  for (const [key, item] of Object.entries(config)) config[key] = normaliseField(key, item, r);
  layerClass(className).normalise?.(config, r.writer);
  r.told.push(...heardArguments(className, writtenConfig(config), r.path));
  const dtype = plainType(config["dtype"]);
  if (dtype !== undefined) config["dtype"] = dtype;
  for (const key of ["layer", "cell"]) {
    const inner = config[key];
    if (isJsonObject(inner)) config[key] = normaliseInner(inner, r);
  }
  const cells = config["cells"];
  if (isJsonArray(cells))
    config["cells"] = cells.map((cell) => (isJsonObject(cell) ? normaliseInner(cell, r) : cell));
  return config;
}

function normaliseField(key: string, item: Json, { writer, path }: Reading): Json {
  if (/activation$/.test(key)) {
    if (item === null) return "linear";
    if (writer === "keras3" && item === "hard_sigmoid") return HARD_SIGMOID_3;
    return typeof item === "string" ? (ACTIVATIONS.get(item) ?? item) : item;
  }
  // TensorFlow.js registers one class for L1 and L2, and knows other short names than Keras.
  if (/_regularizer$/.test(key)) {
    const amounts = amountsOf(item, key, path);
    return amounts && { class_name: "L1L2", config: { ...amounts } };
  }
  if (/_initializer$/.test(key) && typeof item === "string")
    return {
      class_name: item.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      config: {},
    };
  return item;
}

function normaliseInner(inner: JsonObject, r: Reading): JsonObject {
  const held = heldLayer(inner);
  if (held === null) return inner;
  const { className, config } = held;
  const given = field(config, "name");
  const name = typeof given === "string" ? given.replace(/[^-A-Za-z0-9_.]/g, "_") : className.toLowerCase();
  return { class_name: className, config: { ...normaliseConfig(className, config, r), name } };
}
