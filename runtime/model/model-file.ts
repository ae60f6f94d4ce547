import { unheardTraining } from "../../core/schedule/training-config.js";
import { basename, dirname, resolve } from "node:path";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { checkInitializers } from "../../core/masks/initializers.js";
import { cleanJson, own } from "../../core/network/json.js";
import { readNetwork } from "../../core/network/read.js";
import type { ReadNetworkResult } from "../../core/network/types.js";
import { archiveNames } from "./archive-names.js";
import { completeTopology, type WeightShape } from "./complete.js";
import { readManifest, type WeightGroup } from "./manifest.js";
import { matchWeights } from "./match.js";
import { checkRegistered } from "./registered.js";
import { checkShards } from "./shards.js";
import { readTopologyFile } from "./topology-file.js";

/** A network that was found whole, with what there is to say of it before anything runs. */
export type ReadNetwork = ReadNetworkResult & { readonly network: NonNullable<ReadNetworkResult["network"]> };

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
  const named = archiveNames(json);
  const groups = readManifest(cleanJson(own(json, "weightsManifest") ?? null) ?? []).map((group) => ({
    ...group,
    entries: group.entries.map((entry) => ({ ...entry, name: named(entry.name) })),
  }));
  const entries = groups.flatMap((group) => group.entries);
  const name = basename(file) === "model.json" ? basename(dirname(resolve(file))) : basename(file, ".json");
  const read = await readTopology(json, entries, name);
  await checkShards(folder, groups);
  return { ...read, folder, groups };
}

/**
 * Reads a topology with the names and shapes of the weights that come with it.
 * @throws DiagnosticError P50xx, P5108 to P5111, P5115, P5150
 */
export async function readTopology(
  topology: unknown,
  weights: readonly WeightShape[],
  name?: string,
): Promise<ReadNetwork> {
  const { network, diagnostics } = readNetwork(completeTopology(topology, weights), {
    ...(name !== undefined && { name }),
  });
  if (network === null) throw new DiagnosticError(diagnostics);
  await checkRegistered(network);
  const told = [...diagnostics, ...unheardTraining(network)];
  if (weights.length === 0) {
    checkInitializers(network);
    return { network, diagnostics: told };
  }
  return {
    network: matchWeights(
      network,
      weights.map((one) => ({ ...one, data: NO_VALUES })),
    ).network,
    diagnostics: told,
  };
}

const NO_VALUES = new Float32Array();
