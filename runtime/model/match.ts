import { counted } from "../../core/ir/words.js";
import { raise } from "../../core/diagnostics/create.js";
import { quote } from "../../core/diagnostics/quote.js";
import { positionsOf } from "./archive-names.js";
import { isLayerClass } from "../../core/network/layers/index.js";
import type { LayerInfo, Network, WeightInfo } from "../../core/network/types.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import type { StoredWeight } from "./decode.js";

export interface Matched {
  readonly network: Network;
  readonly store: ParameterStore;
}

/** What a saved model may hold beside its weights: those of an optimizer, states of generators of random numbers. */
const NO_WEIGHT =
  /^(?:optimizer|training|Adam|SGD|RMSprop|iter)(?:$|[/_])|(?:^|\/)seed_generator(?:_state(?::\d+)?|\/vars\/\d+)$/;

interface Slot {
  readonly layer: LayerInfo;
  readonly weight: WeightInfo;
}

/**
 * The names under which a weight may be stored, best first. Keras appends `:0`, repeats the layer (`conv/conv/kernel`),
 * puts the cell between layer and weight (`lstm/lstm_cell/kernel`) and the outer model before both.
 */
function spellings(stored: string): readonly string[] {
  const name = stored.replace(/:\d+$/, "");
  const parts = name.split("/");
  const out = [name];
  if (parts.length > 2) out.push([...parts.slice(0, -2), ...parts.slice(-1)].join("/"));
  for (let from = 1; from < parts.length - 1; from++) {
    const rest = parts.slice(from);
    out.push(rest.join("/"));
    if (rest.length > 2) out.push([...rest.slice(0, -2), ...rest.slice(-1)].join("/"));
  }
  return out;
}

/** By every name a slot answers to. Nested models may give several slots one name: they are served in order. */
function indexSlots(network: Network): Map<string, Slot[]> {
  const index = new Map<string, Slot[]>();
  for (const layer of network.layers) {
    for (const [place, weight] of layer.weights.entries()) {
      const own = weight.savedAs.slice(layer.name.length + 1);
      const given = layer.path.split(">");
      const owns = weight.alias === undefined ? [own] : [own, weight.alias];
      const layers = [layer.name, given.join("/"), given[given.length - 1] ?? ""];
      const names = [weight.key, ...owns.flatMap((name) => layers.map((of) => `${of}/${name}`))];
      names.push(...positionsOf(layer.path, place, layer.weights.length));
      for (const name of new Set(names)) {
        const held = index.get(name);
        if (held) held.push({ layer, weight });
        else index.set(name, [{ layer, weight }]);
      }
    }
  }
  return index;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Layers of unknown classes take every weight that carries their name. */
function adoptUnknown(network: Network, stored: readonly StoredWeight[]): Network {
  if (network.layers.every((layer) => isLayerClass(layer.className))) return network;
  const layers = network.layers.map((layer): LayerInfo => {
    if (isLayerClass(layer.className)) return layer;
    const weights = stored.flatMap((weight): WeightInfo[] => {
      const parts = weight.name.replace(/:\d+$/, "").split("/");
      const at = parts.lastIndexOf(layer.name, parts.length - 2);
      if (at < 0) return [];
      const name = parts.slice(at + 1).join("/");
      return [
        {
          key: `${layer.path}/${name}`,
          name,
          savedAs: `${layer.name}/${name}`,
          shape: weight.shape,
          trainable: layer.trainable && weight.trainable !== false,
          initializer: null,
          regularizer: null,
          constraint: null,
          forgetGate: false,
          bindings: [],
          isKernel: false,
        },
      ];
    });
    return { ...layer, weights };
  });
  return { ...network, layers };
}

/** Gives every weight of the network its stored values, by name. */
export function matchWeights(given: Network, stored: readonly StoredWeight[]): Matched {
  const network = adoptUnknown(given, stored);
  const index = indexSlots(network);
  const filled = new Map<string, StoredWeight>();
  for (const weight of stored) {
    if (NO_WEIGHT.test(weight.name) && !index.has(weight.name)) continue;
    const candidates = spellings(weight.name).flatMap((name) => index.get(name) ?? []);
    const free = candidates.filter((slot) => !filled.has(slot.weight.key));
    const slot = free.find((s) => sameShape(s.weight.shape, weight.shape)) ?? free[0];
    if (slot) place(filled, slot, weight);
    else if (candidates.length > 0) raise("P5109", `the file gives weight ${quote(weight.name)} twice`);
    else {
      raise("P5108", `the file holds a weight ${quote(weight.name)}, but no layer has it`, {
        help: "weights and topology have to come from the same model",
      });
    }
  }
  return { network, store: collect(network, filled) };
}

function place(filled: Map<string, StoredWeight>, slot: Slot, weight: StoredWeight): void {
  if (!sameShape(slot.weight.shape, weight.shape)) {
    raise("P5111", `weight ${quote(weight.name)} has the wrong shape`, {
      notes: [
        `layer ${quote(slot.layer.path)} needs [${slot.weight.shape.join(", ")}]`,
        `the file holds [${weight.shape.join(", ")}]`,
      ],
    });
  }
  filled.set(slot.weight.key, weight);
}

function collect(network: Network, filled: ReadonlyMap<string, StoredWeight>): ParameterStore {
  const store = new Map<string, Parameter>();
  const missing: string[] = [];
  for (const layer of network.layers) {
    for (const { key, shape, trainable } of layer.weights) {
      const found = filled.get(key);
      if (found) store.set(key, { key, shape, data: found.data, trainable });
      else missing.push(key);
    }
  }
  if (missing.length > 0) {
    raise("P5110", `the file lacks ${counted(missing.length, "weights")} of the network`, {
      notes: [`missing: ${missing.slice(0, 5).map(quote).join(", ")}${missing.length > 5 ? ", …" : ""}`],
    });
  }
  return store;
}
