import { living, versionOf, type MaskState } from "../masks/state.js";
import type { Network } from "../network/types.js";
import { once } from "../tables.js";
import { newChunk, walkPart } from "../units/parts.js";
import type { Space } from "../units/space.js";
import { guardOf, multiplied, stretches, unitsOf, type Guard } from "./guard.js";
import { scratch, stampOf, type Gates } from "./state.js";
import type { Block, GateKind, GateScore, Lie, Params, Setting } from "./types.js";

/** The gates of a run, by statement id. */
export type AllGates = ReadonlyMap<number, Gates>;

export const settingOf = (network: Network, gates: Gates): Setting => ({
  args: gates.args,
  share: gates.share,
  settled: gates.settled,
  ...lieOf(guardOf(network, gates)),
});

const lieOf = ({ units, groups, kernels }: Lie): Lie => ({ units, groups, kernels });

/** The blocks of every parameter of a kind, and of what it keeps. */
export function blocksOf(
  kind: GateKind,
  guard: Guard,
  args: Setting["args"],
): ReadonlyMap<string, readonly Block[]> {
  const each = Array.from(guard.fanIn, (fanIn): Block => ({ size: 1, fanIn }));
  return new Map(
    [...Object.keys(kind.params), ...Object.keys(kind.kept ?? {})].map((name) => [
      name,
      kind.blocks?.[name]?.(lieOf(guard), args) ?? each,
    ]),
  );
}

/** How many numbers a parameter holds. */
export const lengthOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { size }) => sum + size, 0);

const values = new WeakMap<Gates, { readonly stamp: number; readonly z: Float32Array }>();

/** What gates multiply by outside of training. Worked out once after a change. */
export function testValues(network: Network, gates: Gates): Float32Array {
  const known = values.get(gates);
  const stamp = stampOf(gates);
  if (known?.stamp === stamp) return known.z;
  const z = gates.kind.test(gates.params, settingOf(network, gates));
  values.set(gates, { stamp, z });
  return z;
}

/** A weight by its key, as the gates in front of it multiply it. */
export type Weights = (key: string) => Float32Array | undefined;

/** The parameters of some gates, with the weights (`w`, by unit; until this is asked again) where their kind counts them in. */
export function paramsOf(network: Network, gates: Gates, weights: Weights): Params {
  const { params, kind } = gates;
  if (!kind.ofWeights) return params;
  const { units, parts } = guardOf(network, gates);
  const w = scratch(gates, "w", Float32Array, units);
  for (const [key, own] of parts) {
    const data = weights(key);
    if (data === undefined) continue;
    for (const { at, unit, count } of stretches(own)) w.set(data.subarray(at, at + count), unit);
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
  gates.kind.scores[name]?.of(paramsOf(network, gates, weights), settingOf(network, gates)) ?? null;

/** Calls `visit` with every entry of a space that is a unit of some gates, or holds one, and that unit. */
export function eachGuarded(space: Space, gates: Gates, visit: (entry: number, unit: number) => void): void {
  const { numbers, parts } = guardOf(space.network, gates);
  const { channelUnits, entryUnit } = space;
  if ((numbers === null) !== (channelUnits === null)) return;
  if (numbers !== null) {
    const byRoot = new Map([...numbers].map((root, unit) => [root, unit]));
    for (let entry = 0; entry < space.entries; entry++) {
      const unit = byRoot.get(channelUnits?.[entryUnit?.[entry] ?? entry]?.root ?? -1);
      if (unit !== undefined) visit(entry, unit);
    }
    return;
  }
  const chunk = newChunk();
  // Entries of the same structure are the same elements: any of them tells the gate.
  for (const part of space.parts)
    for (const { rows, cols } of parts.get(part.key) ?? [])
      walkPart(part, chunk, ({ at, entry, count }) => {
        for (let n = 0; n < count; n++) {
          const place = at[n] ?? 0;
          const [row, col] = [rows[Math.floor(place / cols.length)] ?? -1, cols[place % cols.length] ?? -1];
          if (row >= 0 && col >= 0) visit(entry[n] ?? 0, row + col);
        }
      });
}

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

/** Whether none of these codes is anything but living. Worked out once for each array of `statusOf`. */
export const allLiving = once((status: Uint8Array): boolean => status.every((code) => code === living));

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
