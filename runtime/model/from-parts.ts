import { counted } from "../../core/ir/words.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { quote } from "../../core/diagnostics/quote.js";
import type { Network } from "../../core/network/types.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import type { Metric, OwnFunction } from "../types.js";
import { initialValues } from "../../core/masks/initializers.js";
import type { LiveParts } from "./live.js";
import { matchWeights } from "./match.js";
import type { StoredWeight } from "./decode.js";
import { readTopology, type ReadNetwork } from "./topology.js";

export interface LoadedModel {
  readonly network: Network;
  readonly store: ParameterStore;
  /** What the network says and is not followed, and what stock TensorFlow.js could not read back: told by `check` too. */
  readonly warnings: readonly Diagnostic[];
  /** That its weights were drawn, since it comes without. */
  readonly diagnostics: readonly Diagnostic[];
  /** Losses in JavaScript that a live model was compiled with, one per output or null. */
  readonly ownLosses?: readonly (OwnFunction | null)[];
  /** Metrics in JavaScript that it was compiled with. */
  readonly ownMetrics?: readonly Metric[];
}

export interface LoadOptions {
  /** For weights that the model does not bring. Default 1. */
  readonly seed?: number;
}

/** A network from what a model in memory holds. @throws DiagnosticError P50xx, P51xx */
export async function fromParts(
  { topology, weights, ...own }: LiveParts,
  seed: number,
): Promise<LoadedModel> {
  const read = await readTopology(topology, weights);
  return { ...(weights.length === 0 ? initialised(read, seed) : filled(read, weights)), ...own };
}

/** @throws DiagnosticError P5113 */
export function filled({ network, diagnostics }: ReadNetwork, weights: readonly StoredWeight[]): LoadedModel {
  const { store } = matchWeights(network, weights);
  checkFinite(network, store);
  return { network, store, warnings: diagnostics, diagnostics: [] };
}

/** @throws DiagnosticError P5113 */
function checkFinite(network: Network, store: ParameterStore): void {
  const bad = network.layers.flatMap((layer) =>
    layer.weights.flatMap(({ key, name, shape }) => {
      const data = store.get(key)?.data;
      const at = data?.findIndex((value) => !Number.isFinite(value)) ?? -1;
      return data === undefined || at < 0
        ? []
        : [{ layer, name, place: placeOf(at, shape), value: data[at] }];
    }),
  );
  const [first] = bad;
  if (first === undefined) return;
  raise(
    "P5113",
    `\`${first.name}\` of layer ${quote(first.layer.path)} is ${Number.isNaN(first.value) ? "not a number" : "infinite"} at [${first.place.join(", ")}]`,
    {
      notes: [
        "nothing can be computed, ranked or trained with it",
        ...(bad.length > 1
          ? [`so ${counted(bad.length, "weights")} of the network are, in part or whole`]
          : []),
      ],
      help: "load an earlier save of the model: its training diverged, or the file is damaged",
    },
  );
}

/** Indices along the axes of a weight. */
function placeOf(flat: number, shape: readonly number[]): readonly number[] {
  let rest = flat;
  const place = shape.toReversed().map((size) => {
    const index = rest % size;
    rest = Math.floor(rest / size);
    return index;
  });
  return place.toReversed();
}

/** Parameters of a network that came without weights. */
export function initialised({ network, diagnostics: warnings }: ReadNetwork, seed: number): LoadedModel {
  const store = new Map<string, Parameter>();
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      const { key, shape, trainable } = weight;
      store.set(key, { key, shape, trainable, data: initialValues(layer, weight, seed) });
    }
  }
  if (store.size === 0) return { network, store, warnings, diagnostics: [] };
  const note = diagnostic("P5116", "the model comes without weights", null, {
    notes: [`they are drawn by its layers' initializers, seed ${seed}`],
  });
  return { network, store, warnings, diagnostics: [note] };
}
