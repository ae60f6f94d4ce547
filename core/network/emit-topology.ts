import { addTo } from "../tables.js";
import type { Executed } from "./execute.js";
import { writtenCall } from "./inbound.js";
import type { LayerSpec, ModelSpec, TensorRef } from "./spec.js";
import type { Json, JsonObject, Writer } from "./types.js";

/** Configs as they are written, by layer. */
export type Configs = ReadonlyMap<LayerSpec, JsonObject>;

/** Writes a model the way stock `tf.loadLayersModel` reads it: Keras 2 spelling, unique names, only reachable calls. */
export function emitTopology(
  model: ModelSpec,
  executed: Omit<Emitted, "writer">,
  writer: Writer,
): JsonObject {
  return { ...emitModel(model, model.name, { ...executed, writer }), ...signatures[writer] };
}

/** Whose rules the layers follow: files are read by what they state. Keras 3 looks for the class of a model in its `module`. */
const signatures: Readonly<Record<Writer, JsonObject>> = {
  tfjs: { keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" },
  keras2: { keras_version: "2.15.0", backend: "tensorflow" },
  keras3: { module: "keras", keras_version: "3.0.0", backend: "tensorflow" },
};

interface Emitted {
  readonly models: ReadonlyMap<ModelSpec, Executed>;
  readonly configs: Configs;
  readonly writer: Writer;
}

function emitModel(model: ModelSpec, name: string, executed: Emitted): JsonObject {
  return model.kind === "sequential"
    ? emitSequential(model, name, executed)
    : emitFunctional(model, name, executed);
}

function emitSequential(model: ModelSpec, name: string, executed: Emitted): JsonObject {
  const layers = model.layers.map((layer): Json => {
    if (layer.inner) return emitModel(layer.inner, layer.name, executed);
    return { class_name: layer.className, config: executed.configs.get(layer) ?? layer.config };
  });
  return { class_name: "Sequential", config: { name, layers } };
}

function emitFunctional(model: ModelSpec, name: string, executed: Emitted): JsonObject {
  const order = new Map<LayerSpec, number[]>();
  for (const ref of model.inputs) order.set(ref.layer, [0]);
  for (const task of executed.models.get(model)?.tasks ?? []) addTo(order, task.layer, task.node);
  const place = (ref: TensorRef): [string, number, number] => {
    const index = (order.get(ref.layer) ?? []).indexOf(ref.node);
    return [ref.layer.name, index + (ref.layer.inner ? 1 : 0), ref.tensor];
  };
  const layers = [...order].map(([layer, nodes]): Json => {
    const inbound = nodes.map((node): Json => {
      const spec = layer.nodes[node];
      return spec === undefined ? [] : writtenCall(spec.inputs.map(place), spec, executed.writer);
    });
    const isInput = layer.className === "InputLayer";
    const written = layer.inner
      ? emitModel(layer.inner, layer.name, executed)
      : { class_name: layer.className, config: executed.configs.get(layer) ?? layer.config };
    return { ...written, name: layer.name, inbound_nodes: isInput ? [] : inbound };
  });
  const config = {
    name,
    layers,
    input_layers: model.inputs.map(place),
    output_layers: model.outputs.map(place),
  };
  return { class_name: "Model", config };
}
