import { collapse } from "../network/collapse.js";
import type { Network } from "../network/types.js";
import type { Body } from "./kill.js";
import { emptiedLayers } from "../surgery/emptied.js";
import { flaggedRuns, isVariance, weightsOf } from "../units/places.js";
import { dead, living, versionOf, type MaskState } from "./state.js";

/** What has to be put back after every update, by weight key: flat indices, ascending. Worked out once after an event. */
export interface HeldPlaces {
  /** Zero together with optimizer state: elements that are dead themselves. */
  readonly elements: ReadonlyMap<string, Int32Array>;
  /** The same for what dead channels hold, where no element is dead itself. */
  readonly channels: ReadonlyMap<string, Int32Array>;
  /** Weights with elements that are neither living nor dead. */
  readonly special: readonly string[];
  /** Whether some channel is neither living nor dead. */
  readonly specialChannels: boolean;
}

interface Cached {
  readonly version: number;
  readonly network: Network;
  readonly collapses: boolean | undefined;
  readonly places: HeldPlaces;
}
const cache = new WeakMap<MaskState, Cached>();

export function heldPlaces(body: Body): HeldPlaces {
  const { state, network, collapses } = body;
  const known = cache.get(state);
  if (known?.version === versionOf(state) && known.network === network && known.collapses === collapses)
    return known.places;
  const places = findPlaces(body);
  cache.set(state, { version: versionOf(state), network, collapses, places });
  return places;
}

function findPlaces(body: Body): HeldPlaces {
  const { network, parameters, state } = body;
  const elements = new Map<string, Int32Array>();
  const channels = new Map<string, Int32Array>();
  const special: string[] = [];
  for (const [key, codes] of state.elements) {
    if (codes.some((code) => code !== living && code !== dead)) special.push(key);
    if (codes.includes(dead))
      elements.set(
        key,
        indicesOf(codes, (code) => code === dead),
      );
  }
  if (state.channels.includes(dead)) {
    for (const weight of weightsOf(network)) {
      const length = parameters.get(weight.key)?.data.length;
      if (length === undefined || isVariance(weight)) continue;
      const flags = new Uint8Array(length);
      flaggedRuns(
        weight,
        (channel) => state.channels[channel] === dead,
        (from, to) => flags.fill(1, from, to),
      );
      const codes = state.elements.get(weight.key);
      if (codes !== undefined) for (let i = 0; i < length; i++) if (codes[i] === dead) flags[i] = 0;
      if (flags.includes(1))
        channels.set(
          weight.key,
          indicesOf(flags, (flag) => flag === 1),
        );
    }
  }
  for (const key of silencedKeys(body)) {
    const length = parameters.get(key)?.data.length ?? 0;
    channels.set(
      key,
      Int32Array.from({ length }, (_, i) => i),
    );
  }
  return { elements, channels, special, specialChannels: state.channels.some((code) => code > dead) };
}

function indicesOf(codes: Uint8Array, chosen: (code: number) => boolean): Int32Array {
  let count = 0;
  for (let i = 0; i < codes.length; i++) if (chosen(codes[i] ?? 0)) count++;
  const indices = new Int32Array(count);
  for (let i = 0, n = 0; i < codes.length; i++) if (chosen(codes[i] ?? 0)) indices[n++] = i;
  return indices;
}

/** Variables that are zero as a whole: the last shifts of the branches that the dead channels emptied, where these may go. */
export function silencedKeys({ network, state, collapses }: Body): readonly string[] {
  const isDead = (channel: number): boolean => state.channels[channel] === dead;
  if (!collapses || emptiedLayers(network, isDead).length === 0) return [];
  const { silenced, diagnostics } = collapse(network, isDead);
  return diagnostics.length > 0 ? [] : silenced;
}
