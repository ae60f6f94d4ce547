import { activationName } from "./activations.js";
import type { Argument } from "./inbound.js";
import { field, isJsonObject } from "./json.js";
import { isLayerClass } from "./layers/index.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Json, JsonObject } from "./types.js";

/**
 * Operations that Keras writes among the layers of a model (`x * 2`, `a + b`, `ops.relu(x)`): `TFOpLambda` and its like in
 * Keras 2, classes of `keras.ops` in Keras 3. Those that some layer computes are read as that layer.
 */

/** A layer that computes an operation, and what it is called on. */
interface LayerOfOperation {
  readonly className: string;
  readonly config: JsonObject;
  readonly args: readonly Argument[];
}

interface Operation {
  /** Its name in Keras, without module, case and underscores. */
  readonly name: string;
  /** As it is written, for messages. */
  readonly written: string;
  readonly config: JsonObject;
}

/** Classes of Keras 2 whose config names a function. */
const LAMBDAS = new Set(["TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"]);

/** The operation that a layer of a file is; null for layers proper. */
export function operationOf(item: JsonObject, className: string, config: JsonObject): Operation | null {
  const plain = (text: string): string => text.toLowerCase().replace(/_/g, "");
  const module = field(item, "module");
  if (typeof module === "string" && /^keras\.(?:src\.)?ops\b/.test(module))
    return { name: plain(className), written: `keras.ops.${className}`, config };
  if (!LAMBDAS.has(className)) return null;
  const node = field(config, "node_def");
  const op = isJsonObject(node) ? field(node, "op") : field(config, "function");
  const written = typeof op === "string" ? op : className;
  return { name: plain(written.split(".").at(-1) ?? written), written: `tf.${written}`, config };
}

/** By the name of the operation, which differs from one spelling to the other. */
const ARITHMETIC: Readonly<Record<string, "add" | "subtract" | "multiply" | "divide">> = {
  add: "add",
  addv2: "add",
  sub: "subtract",
  subtract: "subtract",
  mul: "multiply",
  multiply: "multiply",
  div: "divide",
  divide: "divide",
  realdiv: "divide",
  truediv: "divide",
  truedivide: "divide",
};

/** Joins of two tensors. */
const JOINS: Readonly<Record<string, string>> = {
  add: "Add",
  subtract: "Subtract",
  multiply: "Multiply",
  maximum: "Maximum",
  minimum: "Minimum",
};

/** Names of activations that a function of one tensor has otherwise. */
const ACTIVATIONS: Readonly<Record<string, string>> = { exp: "exponential", identity: "linear" };

/** Settings that change nothing of what is computed. */
const SILENT = new Set(["name", "dtype", "function", "node_def", "constants", "trainable"]);

/** Names under which calls hand in what an operation combines. */
const OPERANDS = new Set(["x", "y", "x1", "x2", "a", "b", "features", "input"]);

/** @throws DiagnosticError P5009 where no layer computes it */
export function layerOfOperation(
  { name, written, config }: Operation,
  calls: readonly (readonly Argument[])[],
  path: string,
): LayerOfOperation {
  const refuse = (): never => {
    const what = `layer ${quote(path)} is the operation \`${written}\``;
    return raise("P5009", `${what}, which no layer of TensorFlow.js computes as it stands`, {
      notes: [
        "arithmetic with one number, sums and products of two tensors, and activation functions are read",
      ],
      help: "write it with layers before the model is saved",
    });
  };
  const [given = [], ...further] = calls;
  const operands = given.filter((one) => one.name === null || OPERANDS.has(one.name));
  const settings = new Map(Object.entries(config).filter(([key]) => !SILENT.has(key)));
  for (const { name: key, value } of given)
    if (key !== null && !OPERANDS.has(key) && !SILENT.has(key) && value !== null) settings.set(key, value);
  const tensors = operands.filter((one) => one.refs.length === 1);
  const [a, b, ...more] = operands;
  if (a === undefined || more.length > 0 || further.length > 0 || tensors.length === 0) return refuse();
  const layer = (className: string, own: JsonObject): LayerOfOperation =>
    isLayerClass(className)
      ? { className, config: own, args: tensors.map((one) => ({ ...one, name: null })) }
      : refuse();
  if (b === undefined) return unary(name, settings, layer) ?? refuse();
  const kind = ARITHMETIC[name] ?? name;
  if (settings.size > 0) return refuse();
  if (tensors.length === 2) return layer(JOINS[kind] ?? "", {});
  const constant = a.refs.length === 0 ? a.value : b.value;
  const line = typeof constant === "number" ? lineOf(kind, constant, a.refs.length === 0) : null;
  return line === null ? refuse() : layer("Rescaling", line);
}

/** An activation function, or the negative of a tensor. */
function unary(
  name: string,
  settings: ReadonlyMap<string, Json>,
  layer: (className: string, config: JsonObject) => LayerOfOperation,
): LayerOfOperation | null {
  if (name === "negative" || name === "neg") return layer("Rescaling", { scale: -1, offset: 0 });
  if (name === "leakyrelu")
    return layer("LeakyReLU", { alpha: settings.get("negative_slope") ?? settings.get("alpha") ?? 0.2 });
  if (name === "gelu" && settings.get("approximate") === true)
    return layer("Activation", { activation: "gelu_new" });
  const activation = ACTIVATIONS[name] ?? name;
  const usual = [...settings.values()].every((value) => value === null || value === false || value === -1);
  return usual && activationName(activation) !== null ? layer("Activation", { activation }) : null;
}

/** `x` combined with a number is scale · x + offset; null where it is not. */
function lineOf(kind: string, c: number, first: boolean): { scale: number; offset: number } | null {
  switch (kind) {
    case "add":
      return { scale: 1, offset: c };
    case "subtract":
      return first ? { scale: -1, offset: c } : { scale: 1, offset: -c };
    case "multiply":
      return { scale: c, offset: 0 };
    case "divide":
      return first || c === 0 ? null : { scale: 1 / c, offset: 0 };
    default:
      return null;
  }
}
