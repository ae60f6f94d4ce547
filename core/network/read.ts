import { DiagnosticError, type Diagnostic } from "../diagnostics/diagnostic.js";
import { emitTopology } from "./emit-topology.js";
import { Execution } from "./execute.js";
import { finalConfig, Graph } from "./graph.js";
import { cleanJson, isJsonObject } from "./json.js";
import { MAX_NESTING } from "./limits.js";
import { diagnostic, raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import { showShape } from "./shapes.js";
import { readModelSpec } from "./spec-reader.js";
import type { LayerInfo, Network, ReadNetworkResult } from "./types.js";
import { stockWarnings } from "./layers/index.js";
import { findUnits } from "./units.js";
import { unwrapModel } from "./unwrap.js";

export interface ReadNetworkOptions {
  /** Name of the network where the file gives none. Default "network". */
  readonly name?: string;
}

/**
 * Reads a model's topology — a whole `model.json`, its `modelTopology`, a `model_config` or `{ class_name, config }`,
 * of Keras 2, Keras 3 or TensorFlow.js — into numbered channels. Never throws: whatever is wrong with it comes
 * back as a diagnostic P5001 to P5009 that names the layer, with `network` null; warnings come beside the network.
 */
export function readNetwork(model: unknown, options: ReadNetworkOptions = {}): ReadNetworkResult {
  try {
    const { network, told } = build(model, options.name ?? "network");
    return { network, diagnostics: [...told, ...unknownSizes(network), ...stockWarnings(network.layers)] };
  } catch (error) {
    if (error instanceof DiagnosticError) return { network: null, diagnostics: error.diagnostics };
    throw error;
  }
}

/** Costs count an axis of unknown length as one place: that they are of one place has to be said. */
function unknownSizes({ calls, layers, tensors }: Network): readonly Diagnostic[] {
  const open = calls.find(
    ({ macs, inputs }) => macs.length > 0 && inputs.some((t) => tensors[t]?.shape.slice(1).includes(null)),
  );
  if (open === undefined) return [];
  const path = layers[open.layer]?.path ?? "";
  const shape = showShape(tensors[open.inputs[0] ?? -1]?.shape ?? []);
  return [
    diagnostic("P5011", `layer ${quote(path)} reads ${shape}: MACs are those of one position`, null, {
      notes: [
        "an axis of unknown length counts as one position, so that layers of different sizes cannot be compared",
      ],
      help: "save the model with an input of fixed size, where budgets, criteria or reports are about MACs",
    }),
  ];
}

function build(given: unknown, fallback: string) {
  const outer = unwrapModel(given);
  const model = cleanJson(outer.model);
  if (!isJsonObject(model)) {
    return raise("P5008", "the model is nested too deeply", {
      notes: [`models may be nested ${MAX_NESTING} deep`],
    });
  }
  const { spec, told } = readModelSpec(model, outer.writer, fallback);
  const graph = new Graph();
  const execution = new Execution(graph, outer.writer);
  const outputs = execution.run(spec, null, { trainable: true, inference: false });
  for (const output of outputs)
    graph.protect(output.ids, "output", producerOf(graph, output.tensor), "it is an output of the network");
  const layers = finishLayers(graph);
  const configs = new Map(graph.layers.map((draft) => [draft.spec, finalConfig(draft)] as const));
  const channels = graph.channels.freeze();
  const training = cleanJson(outer.trainingConfig ?? null);
  const network: Network = {
    name: spec.name,
    topology: emitTopology(spec, { models: execution.models, configs }, outer.writer),
    layers,
    calls: graph.calls.map((call, origin) => ({ ...call, origin })),
    tensors: graph.tensors,
    inputs: execution.inputs.map((value) => value.tensor),
    outputs: outputs.map((value) => value.tensor),
    channels,
    barriers: [...graph.barriers.values()],
    units: findUnits(channels, layers),
    trainingConfig: isJsonObject(training) ? training : null,
  };
  return { network, told };
}

function producerOf(graph: Graph, tensor: number): string {
  const call = graph.calls.find((c) => c.outputs.includes(tensor));
  return (call && graph.layers[call.layer]?.spec.path) ?? "the input";
}

function finishLayers(graph: Graph): readonly LayerInfo[] {
  let ordinal = 0;
  return graph.layers.map((draft) => {
    const weights = [...draft.weights.values()];
    return {
      path: draft.spec.path,
      name: draft.spec.name,
      className: draft.spec.className,
      config: finalConfig(draft),
      weights,
      sizes: draft.sizes,
      uses: draft.uses,
      trainable: draft.trainable,
      ordinal: weights.some((weight) => weight.isKernel) ? ++ordinal : 0,
    };
  });
}
