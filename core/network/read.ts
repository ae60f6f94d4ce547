import { DiagnosticError } from "../diagnostics/diagnostic.js";
import { emitTopology } from "./emit-topology.js";
import { Execution } from "./execute.js";
import { finalConfig, Graph } from "./graph.js";
import { cleanJson, isJsonObject } from "./json.js";
import { MAX_NESTING } from "./limits.js";
import { raise } from "../diagnostics/create.js";
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
    return { network, diagnostics: [...told, ...stockWarnings(network.layers)] };
  } catch (error) {
    if (error instanceof DiagnosticError) return { network: null, diagnostics: error.diagnostics };
    throw error;
  }
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
  const execution = new Execution(graph);
  const outputs = execution.run(spec, null, true);
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
