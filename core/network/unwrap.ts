import { isObject, own } from "./json.js";
import { raise } from "../diagnostics/create.js";
import type { Writer } from "./types.js";

export interface Unwrapped {
  /** `{ class_name, config }` of the outermost model. */
  readonly model: { readonly [key: string]: unknown };
  readonly trainingConfig: unknown;
  readonly writer: Writer;
}

const MODEL_CLASSES = new Set(["Model", "Functional", "Sequential", "LayersModel"]);

/** By `keras_version`: Keras 1 and 2 agree wherever it matters. */
export function writerOf(version: string): Writer {
  if (!/^\d/.test(version)) return "tfjs";
  return /^[12]\./.test(version) ? "keras2" : "keras3";
}

export function isModelClass(className: string): boolean {
  return MODEL_CLASSES.has(className);
}

/** Finds the model in a whole `model.json`, its `modelTopology`, a `model_config` or the bare `{ class_name, config }`. */
export function unwrapModel(value: unknown): Unwrapped {
  let at: unknown = value;
  let trainingConfig: unknown = null;
  let writer: Writer = "tfjs";
  for (let step = 0; step < 6; step++) {
    if (!isObject(at)) break;
    const version = own(at, "keras_version");
    if (typeof version === "string") writer = writerOf(version);
    trainingConfig = own(at, "training_config") ?? own(at, "trainingConfig") ?? trainingConfig;
    if (own(at, "format") === "graph-model" || own(at, "node") !== undefined) {
      raise("P5001", "this is a graph model, not a layers model", {
        notes: ["a graph model keeps operations, but no layers, so there is no filter or neuron to prune"],
        help: "convert the Keras model with `--output_format tfjs_layers_model`",
      });
    }
    const className = own(at, "class_name");
    if (typeof className === "string") {
      if (!MODEL_CLASSES.has(className)) {
        raise("P5001", `the model is of class ${className.slice(0, 60)}, which cannot be read`, {
          notes: ["Sequential and Functional models can"],
        });
      }
      return { model: at, trainingConfig, writer };
    }
    at = own(at, "modelTopology") ?? own(at, "model_config") ?? own(at, "modelConfig");
  }
  return raise("P5001", "this is not a layers model", {
    notes: ["there is no `modelTopology` with a `class_name` and a `config`"],
    help: "save the model with `model.save(…)` of TensorFlow.js, or convert it with `tensorflowjs_converter`",
  });
}
