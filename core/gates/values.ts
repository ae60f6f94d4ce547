import { versionOf, type MaskState } from "../masks/state.js";
import type { Network } from "../network/types.js";
import { gateKind } from "./registry.js";
import { guardOf, multiplied, unitsOf } from "./guard.js";
import { stampOf, type Gates } from "./state.js";
import type { GateScore, Setting } from "./types.js";

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

/** A score of some gates by unit; null where their kind has none of this name. */
export const scoresOf = (network: Network, gates: Gates, name: GateScore): Float32Array | null =>
  gateKind(gates.name).scores[name]?.(gates.params, settingOf(network, gates)) ?? null;

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
