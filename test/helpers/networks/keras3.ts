import type { Json, JsonObject } from "../../../core/network/types.js";

/** The same network as Keras 3 would have written it: another spelling of classes, types, shapes and calls. */
export function asKeras3(model: JsonObject): JsonObject {
  if ("registered_name" in model) return model;
  const config = objectOf(model["config"]);
  const layers = listOf(config["layers"]).map(objectOf);
  const written = { ...model, registered_name: null, config: { ...config, trainable: true } };
  if (model["class_name"] === "Sequential")
    return { ...written, module: "keras", config: { ...written.config, layers: sequentialLayers(layers) } };
  const nested = new Set(layers.filter(isNested).map(({ name }) => name));
  // Keras counts the calls of a nested model from 0, TensorFlow.js from 1: the first is that of its own making.
  const ref = (value: Json | undefined): Json[] => {
    const [name = "", node, tensor = 0] = listOf(value);
    return [name, Number(node) - (nested.has(name) ? 1 : 0), tensor];
  };
  const refs = (value: Json | undefined): Json => {
    const all = listOf(value).map(ref);
    return all.length === 1 ? (all[0] ?? []) : all;
  };
  return {
    ...written,
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      ...written.config,
      layers: layers.map((layer) => ({
        ...layerOf(layer),
        inbound_nodes: listOf(layer["inbound_nodes"]).map((node) => callOf(layer, listOf(node).map(ref))),
      })),
      input_layers: refs(config["input_layers"]),
      output_layers: refs(config["output_layers"]),
    },
  };
}

const float32: JsonObject = {
  module: "keras",
  class_name: "DTypePolicy",
  config: { name: "float32" },
  registered_name: null,
};

/** Layers that take a list of tensors where others take one after the other. */
const joins = new Set(["Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Subtract"]);

function callOf({ class_name }: JsonObject, inputs: readonly Json[][]): JsonObject {
  const tensors = inputs.map((keras_history) => ({
    class_name: "__keras_tensor__",
    config: { shape: [null], dtype: "float32", keras_history },
  }));
  if (joins.has(String(class_name))) return { args: [tensors], kwargs: {} };
  const [first, ...states] = tensors;
  const kwargs: JsonObject = states.length === 0 ? { mask: null } : { initial_state: states };
  return { args: first === undefined ? [] : [first], kwargs };
}

function layerOf(layer: JsonObject): JsonObject {
  if (isNested(layer)) return { ...asKeras3(layer), name: layer["name"] ?? "" };
  const { batch_input_shape, layer: inner, ...config } = objectOf(layer["config"]);
  return {
    ...layer,
    module: "keras.layers",
    registered_name: null,
    config: {
      ...config,
      trainable: true,
      dtype: layer["class_name"] === "InputLayer" ? "float32" : float32,
      ...(batch_input_shape === undefined ? {} : { batch_shape: batch_input_shape }),
      ...(inner === undefined ? {} : { layer: layerOf(objectOf(inner)) }),
    },
  };
}

/** In Keras 3 the shape stands in a layer of its own. */
function sequentialLayers(layers: readonly JsonObject[]): JsonObject[] {
  return layers.flatMap((layer) => {
    const { batch_input_shape, ...config } = objectOf(layer["config"]);
    if (batch_input_shape === undefined || layer["class_name"] === "InputLayer") return [layerOf(layer)];
    const input = { class_name: "InputLayer", config: { name: "first_input", batch_input_shape } };
    return [layerOf(input), layerOf({ ...layer, config })];
  });
}

const isNested = ({ class_name }: JsonObject): boolean =>
  class_name === "Model" || class_name === "Functional" || class_name === "Sequential";

function objectOf(value: Json | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return value as JsonObject;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
