import { unheardTraining } from "../../core/schedule/training-config.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { quote } from "../../core/diagnostics/quote.js";
import { counted } from "../../core/ir/words.js";
import { checkInitializers } from "../../core/masks/initializers.js";
import { cleanJson, field, isJsonObject, own } from "../../core/network/json.js";
import { readNetwork } from "../../core/network/read.js";
import type { Network, ReadNetworkResult, WeightInfo } from "../../core/network/types.js";
import { archiveNames } from "./archive-names.js";
import { completeTopology, type WeightShape } from "./complete.js";
import { readManifest, type WeightEntry, type WeightGroup } from "./manifest.js";
import { matchWeights } from "./match.js";
import { checkRegistered } from "./registered.js";

/** A network that was found whole, with what there is to say of it before anything runs. */
export type ReadNetwork = ReadNetworkResult & { readonly network: NonNullable<ReadNetworkResult["network"]> };

/** The weights that a model.json names, under the names that they answer to. @throws DiagnosticError P5104, P5112 */
export function groupsIn(json: { readonly [key: string]: unknown }): readonly WeightGroup[] {
  const named = archiveNames(json);
  return readManifest(cleanJson(own(json, "weightsManifest") ?? null) ?? []).map((group) => ({
    ...group,
    entries: group.entries.map((entry) => ({ ...entry, name: named(entry.name) })),
  }));
}

/** That weights are kept in fewer bits than they are computed and written in. */
export function quantised(entries: readonly WeightEntry[]): readonly Diagnostic[] {
  const [first, ...more] = entries.filter(({ quantization }) => quantization !== null);
  if (first === undefined) return [];
  const kinds = [...new Set([first, ...more].map(({ stored }) => stored))].join(", ");
  const others = more.length > 0 ? ` and ${counted(more.length, "more weights")}` : "";
  return [
    diagnostic("P5121", `weight ${quote(first.name)}${others} of the file: quantised (${kinds})`, null, {
      notes: ["they are read, trained and written as numbers of 32 bits, rounded as the file has them"],
      help: "prune the network as it was before, and quantise what comes out of it",
    }),
  ];
}

/** That weights which have to be drawn are drawn by another seed than their initializers state. */
function seeded({ layers }: Network): readonly Diagnostic[] {
  const states = ({ initializer }: WeightInfo): boolean => {
    const config = initializer === null ? undefined : field(initializer, "config");
    return isJsonObject(config) && typeof field(config, "seed") === "number";
  };
  const [first, ...more] = layers.flatMap(({ weights }) => weights).filter(states);
  if (first === undefined) return [];
  const others = more.length > 0 ? ` and of ${counted(more.length, "more weights")}` : "";
  const what = `the initializer of ${quote(first.key)}${others} states a \`seed\`, which is not followed`;
  return [diagnostic("P5010", what, null, { notes: ["weights are drawn from the seed of the run"] })];
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
    return { network, diagnostics: [...told, ...seeded(network)] };
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
