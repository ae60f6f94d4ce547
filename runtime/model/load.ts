import { raise } from "../../core/diagnostics/create.js";
import { filled, fromParts, initialised, type LoadedModel, type LoadOptions } from "./from-parts.js";
import { isLiveModel, readLive, type LiveModel } from "./live.js";
import { readModelFile } from "./model-file.js";
import { withPlainNames } from "./plain-names.js";
import { importModel } from "./script.js";
import { readShards } from "./shards.js";

/**
 * Reads a network: from the path of a `model.json` or its folder, from a `.js`/`.mjs` module whose default export is
 * a model or makes one, or from a `tf.LayersModel` in memory. Throws a DiagnosticError (P50xx for the topology, P51xx for the
 * files); nothing is allocated by a size that a file merely claims. A model without weights is initialised by its
 * layers' initializers.
 */
export async function loadModel(source: string | LiveModel, options: LoadOptions = {}): Promise<LoadedModel> {
  const seed = options.seed ?? 1;
  if (isLiveModel(source)) return fromParts(readLive(source), seed);
  if (typeof source !== "string")
    return raise("P5101", "a network is given by a path or as a tf.LayersModel");
  if (/\.[cm]?js$/.test(source))
    return fromParts(withPlainNames(readLive(await importModel(source, seed))), seed);
  const { folder, groups, ...read } = await readModelFile(source);
  return groups.length === 0 ? initialised(read, seed) : filled(read, await readShards(folder, groups));
}
