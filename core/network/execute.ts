import { counted } from "../ir/words.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import { layerClass } from "./layers/index.js";
import type { Graph, Value } from "./graph.js";
import { nestedInput, networkInput, readShape, statedShape, stateShape } from "./inputs.js";
import { field } from "./json.js";
import { needed, type Task } from "./order.js";
import { entryOf } from "../tables.js";
import type { LayerSpec, ModelSpec, NodeSpec, TensorRef } from "./spec.js";
import type { MacTerm, Writer } from "./types.js";

/** What writing the topology needs to know about one model. */
export interface Executed {
  /** Calls that reach an output, in execution order; nested models included. */
  readonly tasks: readonly Task[];
}

/** How a model is called. */
interface Mode {
  readonly trainable: boolean;
  /** Without dropout and statistics of batches, in training too. */
  readonly inference: boolean;
}

/** Follows every call of a model, nested models unrolled. */
export class Execution {
  readonly models = new Map<ModelSpec, Executed>();
  readonly inputs: Value[] = [];

  constructor(
    private readonly graph: Graph,
    private readonly writer: Writer,
  ) {}

  /** `given`: the tensors a nested model is called on, null for the network itself. */
  run(model: ModelSpec, given: readonly Value[] | null, how: Mode): readonly Value[] {
    const tasks = this.models.get(model)?.tasks ?? needed(model);
    const values = new Map<LayerSpec, (readonly Value[])[]>();
    const on = how.trainable && model.trainable;
    const firstShape = model.kind === "sequential" ? this.enterSequential(model, given) : null;
    if (model.kind === "functional") this.enterFunctional(model, given, values, on);
    if (!this.models.has(model)) this.models.set(model, { tasks });
    for (const task of tasks) {
      const refs = task.layer.nodes[task.node]?.inputs ?? [];
      let inputs = refs.map((ref) => lookUp(values, ref, task.layer.path));
      if (refs.length === 0 && firstShape) {
        if (task.layer.inner === null) {
          if (given) nestedInput(this.graph, task.layer, on, firstShape);
          else stateShape(this.graph.draft(task.layer, layerTrains(task.layer, on)), firstShape);
        }
        if (task.layer.className === "InputLayer") {
          values.set(task.layer, [[firstShape]]);
          continue;
        }
        inputs = [firstShape];
      }
      const node = task.layer.nodes[task.node] ?? { inputs: [], names: null, kwargs: {} };
      const mode = { trainable: on, inference: this.isInference(node, how) };
      const out = task.layer.inner
        ? this.run(task.layer.inner, inputs, mode)
        : this.call(task.layer, inputs, node, mode);
      if (model.kind === "sequential" && out.length > 1) {
        raise(
          "P5006",
          `layer ${quote(task.layer.path)} gives ${counted(out.length, "tensors")} inside a Sequential model`,
        );
      }
      entryOf(values, task.layer, () => [])[task.node] = out;
    }
    return model.outputs.map((ref) => lookUp(values, ref, "`output_layers`"));
  }

  private enterSequential(model: ModelSpec, given: readonly Value[] | null): Value {
    const path = model.layers[0]?.path ?? model.name;
    if (given) {
      const [value] = given;
      if (value && given.length === 1) return value;
      return raise("P5006", `the model ${quote(model.name)} takes one input and gets ${given.length}`);
    }
    const shape = statedShape(model);
    if (!shape) {
      return raise("P5002", `the first layer ${quote(path)} states no input shape`, {
        help: "save the model after it has been built, so that `batch_input_shape` is written",
      });
    }
    const value = networkInput(this.graph, shape, path);
    this.inputs.push(value);
    return value;
  }

  private enterFunctional(
    model: ModelSpec,
    given: readonly Value[] | null,
    values: Map<LayerSpec, (readonly Value[])[]>,
    trainable: boolean,
  ): void {
    if (given && given.length !== model.inputs.length) {
      raise(
        "P5006",
        `the model ${quote(model.name)} has ${counted(model.inputs.length, "inputs")} and gets ${given.length}`,
      );
    }
    model.inputs.forEach((ref, i) => {
      const layer = ref.layer;
      if (layer.className !== "InputLayer") {
        raise("P5002", `the input ${quote(layer.path)} of the model is not an InputLayer`);
      }
      const outer = given?.[i];
      if (outer) {
        nestedInput(this.graph, layer, trainable, outer);
        values.set(layer, [[outer]]);
        return;
      }
      const shape = readShape(field(layer.config, "batch_input_shape"), layer.path);
      if (!shape) return raise("P5002", `the input ${quote(layer.path)} states no shape`);
      this.graph.draft(layer, trainable);
      const value = networkInput(this.graph, shape, layer.path);
      this.inputs.push(value);
      values.set(layer, [[value]]);
    });
  }

  /** Keras 3 hands its own `training` to every layer of a model while it fits, whatever the call says. */
  private isInference({ kwargs }: NodeSpec, around: Mode): boolean {
    const said = field(kwargs, "training");
    return this.writer !== "keras3" && (typeof said === "boolean" ? !said : around.inference);
  }

  private call(
    spec: LayerSpec,
    inputs: readonly Value[],
    { names, kwargs }: NodeSpec,
    { trainable, inference }: Mode,
  ): readonly Value[] {
    const graph = this.graph;
    graph.chargeCall(spec.path);
    const layer = graph.draft(spec, layerTrains(spec, trainable));
    layer.uses++;
    const macs: MacTerm[] = [];
    const made = layerClass(spec.className).rule({
      graph,
      layer,
      className: spec.className,
      config: { path: spec.path, values: spec.config },
      inputs,
      names,
      kwargs,
      call: graph.calls.length,
      scope: "",
      folders: [],
      at: [],
      times: 1,
      macs,
    });
    const outputs = made.map((value) => graph.tensor(value.shape, value.ids));
    graph.calls.push({
      layer: layer.index,
      inputs: inputs.map((value) => value.tensor),
      outputs: outputs.map((value) => value.tensor),
      names,
      kwargs,
      inference,
      macs,
    });
    return outputs;
  }
}

function layerTrains(layer: LayerSpec, model: boolean): boolean {
  return model && field(layer.config, "trainable") !== false;
}

function lookUp(values: Map<LayerSpec, (readonly Value[])[]>, ref: TensorRef, user: string): Value {
  const out = values.get(ref.layer)?.[ref.node]?.[ref.tensor];
  if (out) return out;
  return raise(
    "P5004",
    `${user} refers to output ${ref.tensor} of layer ${quote(ref.layer.path)}, which does not exist`,
  );
}
