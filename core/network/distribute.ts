import { field, isJsonArray, isJsonObject } from "./json.js";
import { operationOf } from "./operations.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Json, JsonObject } from "./types.js";
import { isModelClass } from "./unwrap.js";

/**
 * A TimeDistributed layer around a whole model does to every step of time what the model does, and so does a model each of whose layers
 * is TimeDistributed: it is read as that. Null for any other layer.
 * @throws DiagnosticError P5009 where a layer inside joins its inputs along axes that time would move
 */
export function distributed(item: JsonObject, path: string): JsonObject | null {
  const config = field(item, "config");
  const model = isJsonObject(config) ? field(config, "layer") : undefined;
  if (field(item, "class_name") !== "TimeDistributed" || !isJsonObject(config) || !isJsonObject(model))
    return null;
  const className = field(model, "class_name");
  if (typeof className !== "string" || !isModelClass(className)) return null;
  const inner = field(model, "config");
  const list = isJsonObject(inner) ? field(inner, "layers") : inner;
  if (!isJsonArray(list)) return raise("P5002", `the model in layer ${quote(path)} has no list of layers`);
  const settings = isJsonObject(inner) ? inner : {};
  const trains = field(config, "trainable") !== false && field(settings, "trainable") !== false;
  const { build_input_shape: _, ...rest } = settings;
  const layers = list.map((layer) => (isJsonObject(layer) ? overTime(layer, path) : layer));
  return { ...item, class_name: className, config: { ...rest, trainable: trains, layers } };
}

/** Joins that act element by element, whatever stands before the channels. */
const ELEMENTWISE = new Set(["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]);
/** Ways to state an input's shape; with time in it, it is another. */
const SHAPES = new Set(["batch_input_shape", "batch_shape", "input_shape", "shape"]);

function overTime(layer: JsonObject, path: string): JsonObject {
  const className = field(layer, "class_name");
  const given = field(layer, "config");
  if (typeof className !== "string" || !isJsonObject(given)) return layer;
  const config = Object.fromEntries(Object.entries(given).filter(([key]) => !SHAPES.has(key)));
  if (className === "InputLayer") return { ...layer, config };
  if (ELEMENTWISE.has(className) || operationOf(layer, className, config) !== null) return layer;
  if (className === "Concatenate")
    return { ...layer, config: { ...config, axis: later(field(config, "axis")) } };
  if (className === "Dot") {
    return raise("P5009", `layer ${quote(path)} wraps a model with a Dot in it`, {
      notes: ["a dot product of every step of time is not computed"],
    });
  }
  const name = field(layer, "name") ?? field(config, "name") ?? null;
  const trainable = field(config, "trainable") ?? true;
  const { name: _, inbound_nodes: calls, ...held }: JsonObject = { ...layer, config };
  return {
    class_name: "TimeDistributed",
    ...(name !== null && { name }),
    config: { name, trainable, layer: held },
    ...(calls !== undefined && { inbound_nodes: calls }),
  };
}

/** An axis behind the batch, one place later. */
const later = (axis: Json | undefined): Json =>
  typeof axis === "number" && axis > 0 ? axis + 1 : (axis ?? -1);
