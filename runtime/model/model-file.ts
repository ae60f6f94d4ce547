import { basename, dirname, resolve } from "node:path";
import type { WeightGroup } from "./manifest.js";
import { checkShards } from "./shards.js";
import { readTopologyFile } from "./topology-file.js";
import { groupsIn, quantised, readTopology, type ReadNetwork } from "./topology.js";

/** All that a `model.json` says but the values of its weights. */
export interface ModelFile extends ReadNetwork {
  readonly folder: string;
  /** Empty where the file comes without weights. */
  readonly groups: readonly WeightGroup[];
}

/**
 * Reads a model.json, or the one in a folder, and whatever can be wrong with it: names, shapes and encodings of its weights, sizes of
 * their files. Needs no TensorFlow.js unless a class of layer is not known.
 * @throws DiagnosticError P50xx, P51xx
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const { file, folder, json } = await readTopologyFile(path);
  const groups = groupsIn(json);
  const entries = groups.flatMap((group) => group.entries);
  const name = basename(file) === "model.json" ? basename(dirname(resolve(file))) : basename(file, ".json");
  const read = await readTopology(json, entries, name);
  await checkShards(folder, groups);
  return { ...read, diagnostics: [...read.diagnostics, ...quantised(entries)], folder, groups };
}
