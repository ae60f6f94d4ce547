import type { Diagnostic } from "../../grammar/diagnostic.js";
import type { Network, WeightInfo } from "../../compiler/network/types.js";
import type { Parameter, ParameterStore, Slots } from "../types.js";
import { emptiedLayers } from "./emptied.js";
import { gather } from "./gather.js";
import type { IsDead } from "./kill.js";
import { shrinkNetwork } from "./shrink.js";

/** A cut that has been planned: the smaller network, and how every array of the old one is cut along. */
export interface Slimming {
  readonly network: Network;
  /** Cuts any array of the shape of the weight `key` (values, slots, masks, snapshots); null when the weight is gone. */
  cut(key: string, data: Float32Array): Float32Array | null;
}

export interface SlimResult {
  /** Null when an error says why nothing could be cut. */
  readonly slimming: Slimming | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Removes dead channels for good. `isDead` must be constant on every unit and false on protected ones. Layers keep
 * their names, channels their numbers. Error P4020 where a layer would be left with nothing.
 */
export function slim(network: Network, isDead: IsDead): SlimResult {
  const emptied = emptiedLayers(network, isDead);
  if (emptied.length > 0) {
    const names = emptied
      .slice(0, 3)
      .map((path) => `\`${path}\``)
      .join(", ");
    const more = emptied.length > 3 ? ` and ${emptied.length - 3} more` : "";
    const diagnostic: Diagnostic = {
      code: "P4020",
      severity: "error",
      message: `nothing would be left of ${names}${more}`,
      notes: ["every filter or neuron of it is dead, and a layer of no channels cannot be written"],
      help: "keep at least one for each layer, or write `allowing collapse` where a branch may go whole",
    };
    return { slimming: null, diagnostics: [diagnostic] };
  }
  const smaller = shrinkNetwork(network, isDead);
  const weights = new Map<string, WeightInfo>();
  for (const layer of network.layers) for (const weight of layer.weights) weights.set(weight.key, weight);
  const cut: Slimming["cut"] = (key, data) => {
    const weight = weights.get(key);
    return weight ? gather(data, weight.shape, weight.bindings, isDead).data : null;
  };
  return { slimming: { network: smaller, cut }, diagnostics: [] };
}

/** The parameters of the smaller network. */
export function slimStore(slimming: Slimming, store: ParameterStore): ParameterStore {
  const out: ParameterStore = new Map();
  for (const weight of slimming.network.layers.flatMap((layer) => layer.weights)) {
    const old = store.get(weight.key);
    const data = old ? slimming.cut(weight.key, old.data) : null;
    if (!old || !data) continue;
    const parameter: Parameter = { key: weight.key, shape: weight.shape, data, trainable: old.trainable };
    out.set(weight.key, parameter);
  }
  return out;
}

/** Optimizer slots cut along their weights. */
export function slimSlots(slimming: Slimming, slots: Slots): Slots {
  const out: Slots = new Map();
  for (const weight of slimming.network.layers.flatMap((layer) => layer.weights)) {
    const old = slots.get(weight.key);
    if (!old) continue;
    const cut: Record<string, Float32Array> = {};
    for (const [name, data] of Object.entries(old)) {
      const kept = slimming.cut(weight.key, data);
      if (kept) cut[name] = kept;
    }
    out.set(weight.key, cut);
  }
  return out;
}
