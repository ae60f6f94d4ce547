import { type Places, channelPlaces, elementPlaces, placesOf } from "./masked.js";
import { living, soft, touch, type Body, dead, frozen, versionOf, type MaskState } from "./state.js";
import { collapse, emptiedLayers } from "../network/collapse.js";
import type { Network } from "../network/types.js";

/**
 * After an update of the optimizer: what is held dead goes back to zero with its optimizer state, what is frozen to the start, and
 * what died softly is living from now on. Returns the keys it changed.
 */
export function hold(body: Body): ReadonlySet<string> {
  const changed = putBack(body);
  if (heldPlaces(body).soft.size > 0) awaken(body);
  return changed;
}

/**
 * After weights, masks or optimizer state were restored, loaded or drawn anew: the same, but that what died softly stays zero until
 * the next update.
 */
export function settle(body: Body): void {
  putBack(body);
  for (const [key, indices] of heldPlaces(body).soft) clear(body.parameters.get(key)?.data, indices);
}

/** Where two hold the same place, death goes before frost. */
function putBack(body: Body): ReadonlySet<string> {
  const { parameters, slots, state, keepsMomentum = false } = body;
  const { elements, channels, frozenElements, frozenChannels } = heldPlaces(body);
  const arraysOf = (key: string) => Object.values(slots.get(key) ?? {});
  const toStart = (places: Places): void => {
    for (const [key, indices] of places) {
      const [data, start] = [parameters.get(key)?.data, state.start.get(key)];
      if (data === undefined || start === undefined) continue;
      for (let n = 0; n < indices.length; n++) data[indices[n] ?? 0] = start[indices[n] ?? 0] ?? 0;
    }
  };
  const clearState = (places: Places): void => {
    for (const [key, indices] of places) for (const array of arraysOf(key)) clear(array, indices);
  };
  toStart(frozenChannels);
  toStart(frozenElements);
  for (const places of [elements, channels])
    for (const [key, indices] of places) clear(parameters.get(key)?.data, indices);
  clearState(channels);
  if (!keepsMomentum) for (const places of [elements, frozenElements]) clearState(places);
  return new Set(
    [elements, channels, frozenElements, frozenChannels].flatMap((places) => [...places.keys()]),
  );
}

function clear(values: Float32Array | undefined, indices: Int32Array): void {
  if (values !== undefined) for (let n = 0; n < indices.length; n++) values[indices[n] ?? 0] = 0;
}

function awaken({ state }: Body): void {
  for (const codes of [state.channels, ...state.elements.values()])
    for (let i = 0; i < codes.length; i++) if (codes[i] === soft) codes[i] = living;
  touch(state);
}

/** What has to be put back after every update. Worked out once after an event. */
export interface HeldPlaces {
  /** Zero, optimizer state too unless momentum is kept: elements that are dead themselves. */
  readonly elements: Places;
  /** Zero together with optimizer state: what dead channels hold, and variables that are zero as a whole. */
  readonly channels: Places;
  /** At the value of the start. */
  readonly frozenElements: Places;
  readonly frozenChannels: Places;
  /** Zero until the next update. */
  readonly soft: Places;
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
  const places: HeldPlaces = {
    elements: elementPlaces(state, dead),
    channels: new Map([...channelPlaces(network, state, dead), ...silencedPlaces(body)]),
    frozenElements: elementPlaces(state, frozen),
    frozenChannels: channelPlaces(network, state, frozen),
    soft: placesOf(network, state, soft),
  };
  cache.set(state, { version: versionOf(state), network, collapses, places });
  return places;
}

/** The last shifts of the branches that the dead channels emptied, where these may go. */
function silencedPlaces({ network, parameters, state, collapses }: Body): Places {
  const isDead = (channel: number): boolean => state.channels[channel] === dead;
  if (!collapses || emptiedLayers(network, isDead).length === 0) return new Map();
  const { silenced, diagnostics } = collapse(network, isDead);
  if (diagnostics.length > 0) return new Map();
  return new Map(
    silenced.map((key) => [key, Int32Array.from(parameters.get(key)?.data.keys() ?? [])] as const),
  );
}
