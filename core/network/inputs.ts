import { counted } from "../ir/words.js";
import { field, isJsonArray } from "./json.js";
import { MAX_SIZE } from "./limits.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import { checkShape, lastOf, showShape } from "./shapes.js";
import type { Graph, LayerDraft, Value } from "./graph.js";
import type { LayerSpec, ModelSpec } from "./spec.js";
import type { Json, Shape } from "./types.js";

/** Where tensors enter: the network's own inputs, and the input layers of nested models. */

export function readShape(value: Json | undefined, path: string): Shape | null {
  if (!isJsonArray(value)) return null;
  if (value.length < 1 || value.length > 8) {
    return raise("P5002", `the input shape of layer ${quote(path)} has ${counted(value.length, "axes")}`);
  }
  const shape = value.map((n, i) => {
    if (n === null || n === -1) return null;
    if (typeof n === "number" && Number.isInteger(n) && n >= (i === 0 ? 0 : 1) && n <= MAX_SIZE)
      return n === 0 ? null : n;
    return raise("P5002", `the input shape of layer ${quote(path)} holds a size that is no positive integer`);
  });
  return checkShape(shape, path);
}

/** Shape that the first layer of a Sequential model (at any depth) states. */
export function statedShape(model: ModelSpec): Shape | null {
  const first = model.layers[0];
  if (!first) return null;
  const own = readShape(field(first.config, "batch_input_shape"), first.path);
  if (own) return own;
  if (first.inner?.kind === "sequential") {
    const inner = statedShape(first.inner);
    if (inner) return inner;
  }
  if (first.inner?.kind === "functional") {
    const input = first.inner.inputs[0];
    return input ? readShape(field(input.layer.config, "batch_input_shape"), input.layer.path) : null;
  }
  return readShape(model.buildShape, first.path);
}

/** A network input: new channels, fixed. */
export function networkInput(graph: Graph, shape: Shape, path: string): Value {
  const n = shape.length > 1 ? lastOf(shape) : null;
  if (n === null) return graph.tensor(shape, null);
  graph.charge(n, path);
  const ids = graph.makeChannels(n, -1, 0, path);
  graph.protect(ids, "input", path, "it is an input of the network");
  return graph.tensor(shape, ids);
}

/** A nested model's input layer: its stated shape must fit what comes in and is sized by it. */
export function nestedInput(graph: Graph, layer: LayerSpec, trainable: boolean, value: Value): void {
  const draft = graph.draft(layer, trainable && field(layer.config, "trainable") !== false);
  const stated = readShape(field(layer.config, "batch_input_shape"), layer.path);
  if (stated) {
    const fits =
      stated.length === value.shape.length &&
      stated.slice(1).every((n, i) => matches(n, value.shape[i + 1] ?? null));
    if (!fits) {
      raise("P5006", `layer ${quote(layer.path)} states the shape ${showShape(stated)}`, {
        notes: [`it gets a tensor of shape ${showShape(value.shape)}`],
      });
    }
  }
  stateShape(draft, value);
  if (value.ids) {
    const at = ["batch_input_shape", value.shape.length - 1];
    graph.addSize(draft, { at, ids: value.ids }, graph.calls.length, "configuration");
  }
}

/** TensorFlow.js builds a model only when its first layer states a shape: it is written where the file has none. */
export function stateShape(layer: LayerDraft, value: Value): void {
  if (isJsonArray(field(layer.spec.config, "batch_input_shape"))) return;
  if (!layer.rewritten.has("batch_input_shape")) layer.rewritten.set("batch_input_shape", [...value.shape]);
}

function matches(a: number | null, b: number | null): boolean {
  return a === null || b === null || a === b;
}
