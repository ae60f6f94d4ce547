import { counted } from "../../core/ir/words.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { cleanJson, own } from "../../core/network/json.js";
import { readNetwork } from "../../core/network/read.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { quote } from "../../core/diagnostics/quote.js";
import type { Network } from "../../core/network/types.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import { completeTopology } from "./complete.js";
import { initialValues } from "../../core/masks/initializers.js";
import { isLiveModel, readLive, type LiveModel, type LiveParts } from "./live.js";
import { readManifest } from "./manifest.js";
import { matchWeights } from "./match.js";
import { withPlainNames } from "./plain-names.js";
import { importModel } from "./script.js";
import { readShards, type StoredWeight } from "./shards.js";
import { readTopologyFile } from "./topology-file.js";

export interface LoadedModel {
  readonly network: Network;
  readonly store: ParameterStore;
  /** Warnings: weights that are not finite, weights drawn because the file has none. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadOptions {
  /** For weights that the model does not bring. Default 1. */
  readonly seed?: number;
}

/**
 * Reads a network: from the path of a `model.json` or its folder, from a `.js`/`.mjs` module whose default export is
 * a model or makes one, or from a `tf.LayersModel` in memory. Throws a DiagnosticError (P50xx for the topology, P51xx for the
 * files); nothing is allocated by a size that a file merely claims. A model without weights is initialised by its
 * layers' initializers.
 */
export async function loadModel(source: string | LiveModel, options: LoadOptions = {}): Promise<LoadedModel> {
  const seed = options.seed ?? 1;
  if (isLiveModel(source)) return fromLive(source, seed);
  if (typeof source !== "string")
    return raise("P5101", "a network is given by a path or as a tf.LayersModel");
  if (/\.[cm]?js$/.test(source))
    return fromParts(withPlainNames(readLive(await importModel(source, seed))), seed);
  const { folder, json } = await readTopologyFile(source);
  const manifest = cleanJson(own(json, "weightsManifest") ?? null);
  const groups = readManifest(manifest ?? []);
  const entries = groups.flatMap((group) => group.entries);
  const network = networkOf(completeTopology(json, entries));
  if (entries.length === 0) return initialised(network, seed);
  // Names and shapes are checked before a value is read.
  matchWeights(
    network,
    entries.map(({ name, shape }) => ({ name, shape, data: new Float32Array() })),
  );
  return filled(network, await readShards(folder, groups));
}

function networkOf(topology: unknown): Network {
  const { network, diagnostics } = readNetwork(topology);
  if (!network) throw new DiagnosticError(diagnostics);
  return network;
}

function fromLive(model: LiveModel, seed: number): LoadedModel {
  return fromParts(readLive(model), seed);
}

function fromParts({ topology, weights }: LiveParts, seed: number): LoadedModel {
  const network = networkOf(completeTopology(topology, weights));
  return weights.length === 0 ? initialised(network, seed) : filled(network, weights);
}

function filled(network: Network, weights: readonly StoredWeight[]): LoadedModel {
  const matched = matchWeights(network, weights);
  return { ...matched, diagnostics: notFinite(matched.store) };
}

function notFinite(store: ParameterStore): readonly Diagnostic[] {
  const bad: string[] = [];
  for (const { key, data } of store.values()) if (!data.every(Number.isFinite)) bad.push(key);
  if (bad.length === 0) return [];
  const names = bad.slice(0, 5).map(quote).join(", ");
  return [
    diagnostic(
      "P5113",
      `${counted(bad.length, "weights")} ${bad.length === 1 ? "has" : "have"} values that are not finite`,
      null,
      {
        notes: [`${names}${bad.length > 5 ? ", …" : ""}: NaN or infinite`],
        help: "training from such weights gives NaN; load an earlier save of the model",
      },
    ),
  ];
}

/** Parameters of a network that came without weights. */
function initialised(network: Network, seed: number): LoadedModel {
  const store = new Map<string, Parameter>();
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      const { key, shape, trainable } = weight;
      store.set(key, { key, shape, trainable, data: initialValues(layer, weight, seed) });
    }
  }
  if (store.size === 0) return { network, store, diagnostics: [] };
  const note = diagnostic("P5116", "the model comes without weights", null, {
    notes: [`they are drawn by its layers' initializers, seed ${seed}`],
  });
  return { network, store, diagnostics: [note] };
}
