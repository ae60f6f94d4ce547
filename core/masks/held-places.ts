import { collapse, emptiedLayers } from "../network/collapse.js";
import type { Network } from "../network/types.js";
import { channelPlaces, elementPlaces, placesOf, type Places } from "./masked.js";
import { dead, frozen, soft, versionOf, type Body, type MaskState } from "./state.js";

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
