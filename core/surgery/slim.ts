import { diagnostic } from "../diagnostics/create.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Network, WeightInfo } from "../network/types.js";
import { isOfPenalty, type Parameter, type ParameterStore, type Slots } from "../parameters.js";
import { collapse, emptiedLayers } from "../network/collapse.js";
import { dropCalls } from "./drop-calls.js";
import type { IsDead } from "../network/costs.js";
import { shrinkNetwork } from "./shrink.js";
import { gather } from "../units/slices.js";

/** A cut that has been planned: the smaller network, and how every array of the old one is cut along. */
export interface Slimming {
  readonly network: Network;
  /** The dead, with those that died as a consequence of emptied layers. */
  readonly isDead: IsDead;
  /** Cuts any array of the shape of the weight `key` (values, slots, masks, snapshots); null when the weight is gone. */
  cut(key: string, data: Float32Array): Float32Array | null;
}

export interface SlimResult {
  /** Null when an error says why nothing could be cut. */
  readonly slimming: Slimming | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface SlimOptions {
  /**
   * A layer may lose all its channels where a branch can go whole; the masked network must then be silent there
   * (the variables that `collapse` names are zero then). Default false: an emptied layer is error P4020.
   */
  readonly allowingCollapse?: boolean;
}

/**
 * Removes dead channels for good. `isDead` must be constant on every unit and false on protected ones. Layers keep
 * their names, channels their numbers. Error P4020 where a layer would be left with nothing, P4021 where a branch
 * cannot go whole.
 */
export function slim(network: Network, isDead: IsDead, options: SlimOptions = {}): SlimResult {
  const emptied = emptiedLayers(network, isDead);
  if (emptied.length === 0)
    return { slimming: plan(network, shrinkNetwork(network, isDead), isDead), diagnostics: [] };
  if (options.allowingCollapse !== true) return { slimming: null, diagnostics: [nothingLeft(emptied)] };
  const fate = collapse(network, isDead);
  if (fate.diagnostics.length > 0) return { slimming: null, diagnostics: fate.diagnostics };
  const smaller = shrinkNetwork(dropCalls(network, fate), fate.isDead);
  return { slimming: plan(network, smaller, fate.isDead), diagnostics: [] };
}

function nothingLeft(emptied: readonly string[]): Diagnostic {
  const names = emptied
    .slice(0, 3)
    .map((path) => `\`${path}\``)
    .join(", ");
  const more = emptied.length > 3 ? ` and ${emptied.length - 3} more` : "";
  return diagnostic("P4020", `nothing would be left of ${names}${more}`, null, {
    notes: ["every filter or neuron of it is dead, and a layer of no channels cannot be written"],
    help: "keep at least one for each layer, or write `allowing collapse` where a branch may go whole",
  });
}

function plan(before: Network, after: Network, isDead: IsDead): Slimming {
  const left = new Set(after.layers.flatMap((layer) => layer.weights.map((weight) => weight.key)));
  const weights = new Map<string, WeightInfo>();
  for (const weight of before.layers.flatMap((layer) => layer.weights)) {
    if (left.has(weight.key)) weights.set(weight.key, weight);
  }
  return {
    network: after,
    isDead,
    cut: (key, data) => {
      const weight = weights.get(key);
      return weight ? gather(weight, data, isDead) : null;
    },
  };
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
  // What penalties train is of no weight.
  const out: Slots = new Map([...slots].filter(([key]) => isOfPenalty(key)));
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
