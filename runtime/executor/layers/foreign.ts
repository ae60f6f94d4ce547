import { isJsonArray, isJsonObject } from "../../../core/network/json.js";
import { layerClass } from "../../../core/network/layers/index.js";
import type { Json, JsonObject } from "../../../core/network/types.js";
import { layers, tf } from "../../backend/tf.js";
import { unregistered } from "../../model/registered.js";
import { reasonOf } from "../../reason.js";
import type { Build, Builder, CallContext } from "../pass.js";
import { raise } from "../../../core/diagnostics/create.js";

/**
 * Runs a layer by the code of its own class: a class somebody registered with TensorFlow.js, or one of tfjs-layers
 * that gains nothing from code of ours. Its variables take the place of the executor's.
 */
type Layer = InstanceType<typeof layers.layers.Layer>;

/** Whether its first input is the sequence and further ones are initial states. */
function takesStates(className: string): boolean {
  return layerClass(className).family === "recurrent";
}

function camel(name: string): string {
  return name.replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

/** snake_case to camelCase, in keys and in values but for names, as tfjs-layers converts configs. */
function toCamel(value: Json): unknown {
  if (typeof value === "string") return camel(value);
  if (isJsonArray(value)) return value.map(toCamel);
  if (!isJsonObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    out[camel(key)] = key === "name" || key === "class_name" ? item : toCamel(item);
  }
  return out;
}

function camelConfig(config: JsonObject): tf.serialization.ConfigDict {
  const out: tf.serialization.ConfigDict = {};
  for (const [key, item] of Object.entries(config)) {
    const value = key === "name" ? item : toCamel(item);
    // ConfigDict is the type of plain JSON in tfjs; what `toCamel` makes is that.
    if (isConfigValue(value)) out[camel(key)] = value;
  }
  return out;
}

function isConfigValue(value: unknown): value is tf.serialization.ConfigDictValue {
  return value === null || ["string", "number", "boolean", "object"].includes(typeof value);
}

function instantiate(build: Build): Layer {
  const { className, path, config } = build.layer;
  const entry = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (!entry) return unregistered(path, className);
  try {
    const [cls, fromConfig] = entry;
    const layer = fromConfig(cls, camelConfig(config));
    if (!(layer instanceof layers.layers.Layer))
      return raise("P5150", `\`${className}\` of layer \`${path}\` is not a layer`);
    const shapes = build.inputShapes.map((shape) => [...shape]);
    const [first = []] = shapes;
    layer.build(shapes.length === 1 || takesStates(className) ? first : shapes);
    layer.built = true;
    return layer;
  } catch (error) {
    return raise("P5152", `layer \`${path}\` of class \`${className}\` cannot be built`, {
      notes: [reasonOf(error)],
    });
  }
}

function adopt(build: Build, layer: Layer): void {
  for (const weight of layer.weights) {
    const variable = weight.read();
    if (!(variable instanceof tf.Variable)) throw new Error("a layer keeps its weights outside of variables");
    const saved = `${build.layer.name}/${weight.originalName}`;
    const info = build.layer.weights.find(
      (w) => w.savedAs === saved || w.savedAs.endsWith(`/${weight.originalName}`),
    );
    if (!info) {
      raise(
        "P5152",
        `layer \`${build.layer.path}\` has the variable \`${weight.originalName}\`, which the file does not hold`,
      );
    }
    build.adopt(info.name, variable);
  }
}

export const foreign: Builder = (build) => {
  const layer = instantiate(build);
  adopt(build, layer);
  const recurrent = takesStates(build.layer.className);
  const arguments_ = (context: CallContext): Record<string, unknown> => {
    const mask = context.masks[0];
    return {
      training: context.pass.mode === "training",
      ...(mask ? { mask } : {}),
      ...(recurrent && context.inputs.length > 1 ? { initialState: context.inputs.slice(1) } : {}),
    };
  };
  return {
    run: (context) => {
      const { inputs } = context;
      const [first] = inputs;
      if (!first) throw new Error("a layer was called without inputs");
      try {
        const out = layer.call(inputs.length === 1 || recurrent ? first : [...inputs], arguments_(context));
        return Array.isArray(out) ? out : [out];
      } catch (error) {
        const { path, className } = build.layer;
        return raise("P5152", `layer \`${path}\` of class \`${className}\` failed`, {
          notes: [reasonOf(error)],
        });
      }
    },
    mask: (context) => {
      if (!layer.supportsMasking || context.masks.every((m) => m === null)) return [null];
      return [context.masks[0] ?? null];
    },
  };
};
