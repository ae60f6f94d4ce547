import { collapse, emptiedLayers } from "../network/collapse.js";
import { channelsOf, costsOf, deadFlags, LiveCounts, macsOf, sizeOf, type IsDead } from "../network/costs.js";
import { bytesOf, type Measure } from "../ir/sizes.js";
import type { Costs, Network } from "../network/types.js";
import { predictLatency, type LatencyModel } from "../latency/model.js";
import { addFlags, type Space } from "../units/space.js";
import { newChunk, walkPart } from "../units/parts.js";
import { frozen, latent, living, soft } from "./state.js";
import type { MaskState } from "./state.js";
import { weightsOf } from "../units/slices.js";

/** Dead elements by weight key, for whom counts them without holding codes. */
export type CountElements = (isDead: IsDead) => ReadonlyMap<string, ElementCount>;

/** What counts as dead beside what the codes of a state say, and how long layers take. */
export interface Beside {
  /** Units (1) of a space. */
  readonly space?: Space;
  readonly chosen?: Uint8Array;
  /** Channels, in place of those that the codes tell. */
  readonly isDead?: IsDead;
  /** Elements, in place of those that have codes. */
  readonly counted?: CountElements | undefined;
  /** What the latency is worked out by; without it that is NaN. */
  readonly times?: LatencyModel | null | undefined;
}

/**
 * Exact sizes with the dead gone: dead channels with all that reads them, and, of what is nonzero, single dead elements with their
 * products. A branch that has no channel left is gone whole.
 */
export function measure(network: Network, state: MaskState, beside: Beside = {}): Measure {
  const { space, chosen, counted, isDead, times = null } = beside;
  const gone = isDead ? deadFlags(network, isDead) : goneFlags(state);
  if (space?.channelUnits && chosen) addFlags(gone, space.channelUnits, chosen);
  const { live, uses, perLayer } = whatIsLeft(network, gone);
  const elements =
    counted?.((channel) => live.gone?.[channel] === 1) ??
    deadElements(network, state, live, space?.channelUnits ? {} : beside);
  let [params, macs, deadParams, deadMacs] = [0, 0, 0, 0];
  for (const layer of perLayer) {
    if (!uses(layer.layer)) continue;
    params += layer.params;
    macs += layer.macs;
    if (elements.size === 0) continue;
    for (const { key } of network.layers[layer.layer]?.weights ?? [])
      deadParams += elements.get(key)?.dead ?? 0;
  }
  for (const call of elements.size === 0 ? [] : network.calls) {
    if (!uses(call.layer)) continue;
    for (const term of call.macs) {
      const count = term.weight === undefined ? undefined : elements.get(term.weight);
      if (count !== undefined && count.all > 0) deadMacs += (macsOf(term, live) * count.dead) / count.all;
    }
  }
  return {
    params,
    macs: Math.round(macs),
    bytes: bytesOf(params),
    "nonzero params": params - deadParams,
    "nonzero macs": Math.round(macs - deadMacs),
    latency: times === null ? NaN : predictLatency(times, network, live, uses),
  };
}

function goneFlags({ channels }: MaskState): Uint8Array {
  // Where nothing else has a code, the codes are the flags.
  if (![latent, soft, frozen].some((code) => channels.includes(code))) return channels.slice();
  const flags = new Uint8Array(channels.length);
  for (let i = 0; i < flags.length; i++) flags[i] = goneByCode[channels[i] ?? living] ?? 0;
  return flags;
}

/** By code (1: gone). What is frozen stands at its initial value: it goes on taking part, and nothing removes it. */
const goneByCode = new Uint8Array(frozen + 1).fill(1);
goneByCode[living] = goneByCode[frozen] = 0;

/** What lives once emptied branches have fallen, which layers are still used, and what each of them costs, in network order. */
interface Left {
  readonly live: LiveCounts;
  uses(layer: number): boolean;
  readonly perLayer: Costs["perLayer"];
}

/** What is left of a layer: its costs as dense tensors, its channels, and its kernel weights, all and living. */
export interface LayerLeft {
  readonly params: number;
  readonly macs: number;
  readonly channels: number;
  readonly kernels: number;
  readonly living: number;
}

/** Of every layer what the dead units of a state leave, in network order. */
export function leftOfLayers(network: Network, state: MaskState): readonly LayerLeft[] {
  const { live, uses, perLayer } = whatIsLeft(network, goneFlags(state));
  const elements = deadElements(network, state, live, {});
  return network.layers.map((layer, index) => {
    const weights = uses(index) ? layer.weights.filter(({ isKernel }) => isKernel) : [];
    const kernels = weights.reduce((sum, weight) => sum + sizeOf(weight, live), 0);
    const dead = weights.reduce((sum, { key }) => sum + (elements.get(key)?.dead ?? 0), 0);
    const { params = 0, macs = 0 } = perLayer[index] ?? {};
    return { params, macs, channels: channelsOf(layer, live), kernels, living: kernels - dead };
  });
}

function whatIsLeft(network: Network, gone: Uint8Array): Left {
  const live = new LiveCounts(gone);
  const isDead: IsDead = (channel) => gone[channel] === 1;
  const fate = emptiedLayers(network, live).length === 0 ? null : collapse(network, isDead);
  if (fate === null || fate.diagnostics.length > 0)
    return { live, uses: () => true, perLayer: costsOf(network, live).perLayer };
  const used = new Set([...fate.kept.keys()].map((index) => network.calls[index]?.layer ?? -1));
  const rest = new LiveCounts(deadFlags(network, fate.isDead));
  const perLayer = costsOf(network, rest).perLayer.map((row) =>
    used.has(row.layer) ? row : { layer: row.layer, params: 0, macs: 0 },
  );
  return { live: rest, uses: (layer) => used.has(layer), perLayer };
}

export interface ElementCount {
  /** Dead elements outside dead channels, and all elements outside them. */
  readonly dead: number;
  readonly all: number;
}

/** Elements of weights that have codes, outside the dead channels of a state. */
export const elementCounts = (network: Network, state: MaskState): ReadonlyMap<string, ElementCount> =>
  deadElements(network, state, new LiveCounts(goneFlags(state)), {});

function deadElements(
  network: Network,
  state: MaskState,
  { gone }: LiveCounts,
  { space, chosen }: Beside,
): ReadonlyMap<string, ElementCount> {
  const extra = new Map<string, Uint8Array>();
  if (space !== undefined && chosen !== undefined) {
    const chunk = newChunk();
    for (const part of space.parts) {
      const flags = new Uint8Array(part.rows.length * part.cols.length);
      walkPart(part, chunk, ({ at, entry, count }) => {
        for (let i = 0; i < count; i++) flags[at[i] ?? 0] = chosen[entry[i] ?? 0] ?? 0;
      });
      extra.set(part.key, flags);
    }
  }
  const counts = new Map<string, ElementCount>();
  if (state.elements.size === 0 && extra.size === 0) return counts;
  const isDead = (channel: number | undefined): boolean => channel !== undefined && gone?.[channel] === 1;
  for (const weight of weightsOf(network)) {
    const codes = state.elements.get(weight.key);
    const also = extra.get(weight.key);
    if (codes === undefined && also === undefined) continue;
    const rank = weight.shape.length;
    const wide = weight.shape[rank - 1] ?? 1;
    const tall = weight.shape[rank - 2] ?? 1;
    const rows = weight.bindings.find(({ axis }) => axis === rank - 2)?.ids;
    const cols = weight.bindings.find(({ axis }) => axis === rank - 1)?.ids;
    const total = weight.shape.reduce((a, b) => a * b, 1);
    let dead = 0;
    let all = 0;
    for (let base = 0; base < total; base += wide) {
      if (isDead(rows?.[(base / wide) % tall])) continue;
      for (let c = 0; c < wide; c++) {
        if (isDead(cols?.[c])) continue;
        all++;
        if (goneByCode[codes?.[base + c] ?? living] === 1 || also?.[base + c] === 1) dead++;
      }
    }
    counts.set(weight.key, { dead, all });
  }
  return counts;
}
