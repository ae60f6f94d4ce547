import { counted } from "../ir/words.js";
import { field, isJsonArray, isJsonObject } from "./json.js";
import { distributed } from "./distribute.js";
import { layerCall, readArguments, readRefs, type RawNode, type RawRef } from "./inbound.js";
import { heedsTraining } from "./layers/arguments.js";
import { layerClass } from "./layers/index.js";
import { MAX_CALLS, MAX_NESTING } from "./limits.js";
import { normaliseConfig } from "./normalise.js";
import { layerOfOperation, operationOf } from "./operations.js";
import { diagnostic, raise } from "../diagnostics/create.js";
import { quote, show } from "../diagnostics/quote.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { LayerSpec, ModelSpec, TensorRef } from "./spec.js";
import type { Json, JsonObject, Writer } from "./types.js";
import { isModelClass } from "./unwrap.js";

interface Reading {
  readonly names: Names;
  readonly writer: Writer;
  /** What layers say and nobody follows. */
  readonly told: Diagnostic[];
}

interface RawLayer {
  readonly spec: LayerSpec;
  readonly nodes: readonly RawNode[];
  /** Its calls are objects, as Keras 3 writes them. */
  readonly keras3: boolean;
}

/** Checks the JSON of a model and resolves its references. Throws `DiagnosticError` on the first mistake. */
export function readModelSpec(
  model: JsonObject,
  writer: Writer,
  fallback: string,
): { readonly spec: ModelSpec; readonly told: readonly Diagnostic[] } {
  const told: Diagnostic[] = [];
  return { spec: readModel({ names: new Names(), writer, told }, model, "", fallback, 0), told };
}

function readModel(
  r: Reading,
  model: JsonObject,
  prefix: string,
  fallback: string,
  depth: number,
): ModelSpec {
  if (depth > MAX_NESTING) {
    raise(
      "P5008",
      `models are nested more than ${MAX_NESTING} deep in ${quote(prefix.slice(0, -1) || fallback)}`,
    );
  }
  const config = field(model, "config");
  const bare = isJsonArray(config);
  const list = bare ? config : isJsonObject(config) ? field(config, "layers") : undefined;
  const where = prefix === "" ? "the model" : `the model ${quote(prefix.slice(0, -1))}`;
  if (!isJsonArray(list)) return raise("P5002", `${where} has no list of layers`);
  if (list.length === 0) return raise("P5002", `${where} has no layers`);
  if (list.length > MAX_CALLS)
    return raise("P5007", `${where} has ${list.length} layers`, {
      notes: [`at most ${MAX_CALLS} can be read`],
    });
  const given = isJsonObject(config) ? field(config, "name") : undefined;
  const name = typeof given === "string" && given !== "" ? given : fallback;
  const trainable = !isJsonObject(config) || field(config, "trainable") !== false;
  const layers = list.map((item, i) => readLayer(r, item, i, prefix, where, depth));
  if (field(model, "class_name") === "Sequential") {
    const buildShape = isJsonObject(config) ? field(config, "build_input_shape") : undefined;
    return { ...sequential(layers, name, trainable, where), buildShape };
  }
  if (!isJsonObject(config)) return raise("P5002", `${where} has no config`);
  return functional(layers, config, name, trainable, where);
}

function readLayer(
  r: Reading,
  item: Json,
  index: number,
  prefix: string,
  where: string,
  depth: number,
): RawLayer {
  if (!isJsonObject(item)) return raise("P5002", `layer ${index + 1} of ${where} is not an object`);
  const className = field(item, "class_name");
  const config = field(item, "config") ?? {};
  const inConfig = isJsonObject(config) ? field(config, "name") : undefined;
  const given =
    field(item, "name") ??
    inConfig ??
    (typeof className === "string" ? `${className.toLowerCase()}_${index}` : undefined);
  if (typeof given !== "string" || given === "")
    return raise("P5002", `layer ${index + 1} of ${where} has no name`);
  const path = prefix + given;
  const spread = distributed(item, path);
  if (spread) return readLayer(r, { ...spread, name: given }, index, prefix, where, depth + 1);
  if (typeof className !== "string") return raise("P5002", `layer ${quote(path)} has no class`);
  const nested = isModelClass(className);
  if (!isJsonObject(config) && !nested) return raise("P5002", `layer ${quote(path)} has no config`);
  const name = r.names.claim(given);
  const inner = nested ? readModel(r, item, `${path}>`, given, depth + 1) : null;
  const raw = field(item, "inbound_nodes") ?? [];
  if (!isJsonArray(raw)) return raise("P5002", `\`inbound_nodes\` of layer ${quote(path)} is not a list`);
  const calls = raw.map((node) => readArguments(node, path));
  const plain = !nested && isJsonObject(config) ? config : {};
  const operation = operationOf(item, className, plain);
  const made = operation && layerOfOperation(operation, calls, path);
  const read = made?.className ?? className;
  const normal = nested ? {} : normaliseConfig(read, made?.config ?? plain, { ...r, path });
  const spec: LayerSpec = {
    given,
    name,
    path,
    className: read,
    config: { ...normal, name },
    inner,
    nodes: [],
  };
  const takes = made || nested ? null : layerClass(read).takes;
  const nodes = calls.map((args) => layerCall(made?.args ?? args, path, takes));
  r.told.push(...nodes.flatMap(({ kwargs }) => trainingTold(spec, kwargs, r.writer)));
  return { spec, nodes, keras3: raw.some(isJsonObject) };
}

/** What a call says of training and is not followed. */
function trainingTold(
  { path, className, inner }: LayerSpec,
  kwargs: JsonObject,
  writer: Writer,
): readonly Diagnostic[] {
  const training = field(kwargs, "training");
  if (training !== true && training !== false) return [];
  if (inner === null && !heedsTraining(className)) return [];
  const what = `layer ${quote(path)} is called with \`training\` ${show(training)}, which is not followed`;
  if (training) {
    const notes = ["dropout and statistics of batches act while the network trains, and only then"];
    return [diagnostic("P5010", what, null, { notes })];
  }
  // Keras 3 writes the default of most layers, which is false; that of a norm or a model somebody wrote.
  if (writer !== "keras3" || (inner === null && className !== "BatchNormalization")) return [];
  const notes = ["Keras 3 itself trains such a layer in `fit`, with the statistics of batches"];
  const help = "to keep the statistics of a batch norm, save it with `trainable` false";
  return [diagnostic("P5010", what, null, { notes, help })];
}

function sequential(layers: readonly RawLayer[], name: string, trainable: boolean, where: string): ModelSpec {
  unique(layers, where);
  const specs = layers.map((layer) => layer.spec);
  specs.forEach((spec, i) => {
    const before = specs[i - 1];
    if (before) spec.nodes = [{ inputs: [{ layer: before, node: 0, tensor: 0 }], names: null, kwargs: {} }];
  });
  const last = specs[specs.length - 1];
  const outputs = last ? [{ layer: last, node: 0, tensor: 0 }] : [];
  return { kind: "sequential", name, trainable, buildShape: undefined, layers: specs, inputs: [], outputs };
}

function unique(layers: readonly RawLayer[], where: string): Map<string, RawLayer> {
  const byName = new Map<string, RawLayer>();
  for (const layer of layers) {
    if (byName.has(layer.spec.given)) {
      raise("P5003", `two layers of ${where} are called ${quote(layer.spec.given)}`, {
        notes: ["calls refer to layers by name"],
      });
    }
    byName.set(layer.spec.given, layer);
  }
  return byName;
}

function functional(
  layers: readonly RawLayer[],
  config: JsonObject,
  name: string,
  trainable: boolean,
  where: string,
): ModelSpec {
  const byName = unique(layers, where);
  const inputs = readRefs(field(config, "input_layers"), `\`input_layers\` of ${where}`);
  const outputs = readRefs(field(config, "output_layers"), `\`output_layers\` of ${where}`);
  if (inputs.length === 0 || outputs.length === 0)
    raise("P5002", `${where} has no ${inputs.length === 0 ? "inputs" : "outputs"}`);
  const offsets = offsetsOfNested(layers, outputs);
  const resolve = (ref: RawRef, user: string): TensorRef => {
    const target = byName.get(ref.layer);
    if (!target) return raise("P5004", `${user} refers to layer ${quote(ref.layer)}, which does not exist`);
    const node = ref.node - (offsets.get(ref.layer) ?? 0);
    const calls = target.spec.className === "InputLayer" ? 1 : target.nodes.length;
    if (node < 0 || node >= calls) {
      return raise(
        "P5004",
        `${user} refers to call ${ref.node} of layer ${quote(ref.layer)}, which is called ${counted(calls, "times")}`,
      );
    }
    return { layer: target.spec, node, tensor: ref.tensor };
  };
  for (const layer of layers) {
    const user = `layer ${quote(layer.spec.path)}`;
    layer.spec.nodes = layer.nodes
      .filter((node) => layer.spec.className !== "InputLayer" || node.inputs.length > 0)
      .map((node) => ({ ...node, inputs: node.inputs.map((ref) => resolve(ref, user)) }));
  }
  return {
    kind: "functional",
    name,
    trainable,
    buildShape: undefined,
    layers: layers.map((layer) => layer.spec),
    inputs: inputs.map((ref) => resolve(ref, `\`input_layers\` of ${where}`)),
    outputs: outputs.map((ref) => resolve(ref, `\`output_layers\` of ${where}`)),
  };
}

/**
 * Keras 2 and TensorFlow.js count the calls of a nested model from 1 (its own construction is call 0), Keras 3
 * from 0. References decide where they can: one past the last call needs the offset, a 0 rules it out.
 */
function offsetsOfNested(layers: readonly RawLayer[], outputs: readonly RawRef[]): Map<string, number> {
  const nested = new Map<string, { calls: number; zero: boolean; past: boolean }>();
  for (const layer of layers) {
    if (layer.spec.inner)
      nested.set(layer.spec.given, { calls: layer.nodes.length, zero: false, past: false });
  }
  if (nested.size === 0) return new Map();
  const keras3 = layers.some((layer) => layer.keras3);
  const refs = [...outputs, ...layers.flatMap((layer) => layer.nodes.flatMap((node) => node.inputs))];
  for (const ref of refs) {
    const seen = nested.get(ref.layer);
    if (!seen) continue;
    if (ref.node === 0) seen.zero = true;
    if (ref.node >= seen.calls) seen.past = true;
  }
  const offsets = new Map<string, number>();
  for (const [name, seen] of nested) offsets.set(name, seen.zero ? 0 : seen.past || !keras3 ? 1 : 0);
  return offsets;
}

/** Hands out names that are unique in a whole network and valid as tensor names of TensorFlow.js. */
class Names {
  private readonly taken = new Set<string>();

  /** The name itself where it is valid and free, else the nearest one that is. */
  claim(wanted: string): string {
    let base = wanted.replace(/[^-A-Za-z0-9_./]/g, "_");
    if (!/^[A-Za-z0-9.]/.test(base)) base = `layer${base}`;
    if (base.length > 200) base = base.slice(0, 200);
    let name = base;
    for (let n = 1; this.taken.has(name); n++) name = `${base}_${n}`;
    this.taken.add(name);
    return name;
  }
}
