import { versionOf, type MaskState } from "../masks/state.js";
import type { Network } from "../network/types.js";
import { gateKind } from "./registry.js";
import { eachElement, guardOf, multiplied, unitsOf } from "./guard.js";
import { stampOf, type Gates } from "./state.js";
import type { GateScore, Params, Setting } from "./types.js";

/** The gates of a run, by statement id. */
export type AllGates = ReadonlyMap<number, Gates>;

export const settingOf = (network: Network, gates: Gates): Setting => ({
  args: gates.args,
  share: gates.share,
  settled: gates.settled,
  groups: guardOf(network, gates).groups,
});

const values = new WeakMap<Gates, { readonly stamp: number; readonly z: Float32Array }>();

/** What gates multiply by outside of training. Worked out once after a change. */
export function testValues(network: Network, gates: Gates): Float32Array {
  const known = values.get(gates);
  const stamp = stampOf(gates);
  if (known?.stamp === stamp) return known.z;
  const z = gateKind(gates.name).test(gates.params, settingOf(network, gates));
  values.set(gates, { stamp, z });
  return z;
}

/** A weight by its key, as the gates in front of it multiply it. */
export type Weights = (key: string) => Float32Array | undefined;

/** The parameters of some gates, with the weights (`w`, by unit) where their kind counts them in. */
export function paramsOf(network: Network, gates: Gates, weights: Weights): Params {
  const { params, name } = gates;
  if (!gateKind(name).ofWeights) return params;
  const { units, parts } = guardOf(network, gates);
  const w = new Float32Array(units);
  for (const [key, own] of parts) {
    const data = weights(key);
    if (data !== undefined) eachElement(own, (at, unit) => (w[unit] = data[at] ?? 0));
  }
  return { ...params, w };
}

/** A score of some gates by unit; null where their kind has none of this name. */
export const scoresOf = (
  network: Network,
  gates: Gates,
  name: GateScore,
  weights: Weights,
): Float32Array | null =>
  gateKind(gates.name).scores[name]?.(paramsOf(network, gates, weights), settingOf(network, gates)) ?? null;

const states = new WeakMap<
  Gates,
  { readonly network: Network; readonly version: number; readonly status: Uint8Array }
>();

/** Codes of the units under these masks (see `masks/state.ts`). Worked out once after an event. */
export function statusOf(network: Network, gates: Gates, state: MaskState): Uint8Array {
  const known = states.get(gates);
  const version = versionOf(state);
  if (known?.network === network && known.version === version) return known.status;
  const { status } = unitsOf(network, gates, state);
  states.set(gates, { network, version, status });
  return status;
}

/** A weight as the network computes with it outside of training; the same array where no gate guards it. */
export function gated(network: Network, all: AllGates, key: string, data: Float32Array): Float32Array {
  let out = data;
  for (const gates of all.values()) {
    const parts = guardOf(network, gates).parts.get(key);
    if (parts !== undefined) out = multiplied(parts, testValues(network, gates), out);
  }
  return out;
}

/** The keys of the weights that any gate guards. */
export function guardedKeys(network: Network, all: AllGates): ReadonlySet<string> {
  return new Set([...all.values()].flatMap((gates) => [...guardOf(network, gates).parts.keys()]));
}
