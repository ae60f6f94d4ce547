import { collapse } from "../network/collapse.js";
import { costs, type IsDead } from "../network/costs.js";
import type { Network } from "../network/types.js";
import { emptiedLayers } from "../surgery/emptied.js";
import type { Space } from "../units/space.js";
import { newChunk, walkPart } from "../units/parts.js";
import { frozen, living } from "./state.js";
import type { MaskState } from "./state.js";
import { weightsOf } from "../units/slices.js";

export interface Measure {
  readonly params: number;
  readonly macs: number;
  /** Four for every parameter of the dense tensors: zeros of dead elements take theirs. */
  readonly bytes: number;
}

/** Dead elements by weight key, for whom counts them without holding codes. */
export type CountElements = (isDead: IsDead) => ReadonlyMap<string, ElementCount>;

/**
 * Exact parameters and multiply–accumulates with the dead gone: dead channels with all that reads them, and single dead
 * elements, whose products are not counted. A branch that has no channel left is gone whole. `chosen` (1) are units of a space taken as dead too.
 */
export function measure(
  network: Network,
  state: MaskState,
  space?: Space,
  chosen?: Uint8Array,
  counted?: CountElements,
): Measure {
  const { channels } = state;
  const gone = new Uint8Array(channels.length);
  for (let i = 0; i < gone.length; i++) gone[i] = isGone(channels[i] ?? living) ? 1 : 0;
  space?.channelUnits?.forEach((unit, i) => {
    if (chosen?.[i] === 1) for (const channel of unit.channels) gone[channel] = 1;
  });
  const isDead = (channel: number) => gone[channel] === 1;
  return measureDead(network, state, isDead, space?.channelUnits ? undefined : space, chosen, counted);
}

/** What is frozen stands at its initial value: it goes on taking part, and nothing removes it. */
const isGone = (code: number): boolean => code !== living && code !== frozen;

/** The same for any dead channels (constant on every unit) and the dead elements outside them. */
export function measureDead(
  network: Network,
  state: MaskState,
  isDead: (channel: number) => boolean,
  space?: Space,
  chosen?: Uint8Array,
  counted?: CountElements,
): Measure {
  const left = whatIsLeft(network, isDead);
  const elements = counted?.(left.isDead) ?? deadElements(network, state, left.isDead, space, chosen);
  const perLayer = costs(network, left.isDead).perLayer.filter(({ layer }) => left.uses(layer));
  const dense = perLayer.reduce((sum, { params }) => sum + params, 0);
  let params = dense;
  for (const { layer } of perLayer)
    for (const { key } of network.layers[layer]?.weights ?? []) params -= elements.get(key)?.dead ?? 0;
  let macs = perLayer.reduce((sum, layer) => sum + layer.macs, 0);
  for (const call of network.calls) {
    if (!left.uses(call.layer)) continue;
    for (const term of call.macs) {
      const count = term.weight === undefined ? undefined : elements.get(term.weight);
      if (count === undefined || count.all === 0) continue;
      const live = (ids?: Int32Array) => (ids ? ids.reduce((n, id) => n + (left.isDead(id) ? 0 : 1), 0) : 1);
      macs -= (term.times * live(term.out) * live(term.in) * count.dead) / count.all;
    }
  }
  return { params, macs: Math.round(macs), bytes: 4 * dense };
}

/** The dead with what falls with emptied branches, and the layers that are still used. */
function whatIsLeft(
  network: Network,
  isDead: IsDead,
): { readonly isDead: IsDead; readonly uses: (layer: number) => boolean } {
  const plain = { isDead, uses: () => true };
  if (emptiedLayers(network, isDead).length === 0) return plain;
  const fate = collapse(network, isDead);
  if (fate.diagnostics.length > 0) return plain;
  const used = new Set([...fate.kept.keys()].map((index) => network.calls[index]?.layer ?? -1));
  return { isDead: fate.isDead, uses: (layer) => used.has(layer) };
}

export interface ElementCount {
  /** Dead elements outside dead channels, and all elements outside them. */
  readonly dead: number;
  readonly all: number;
}

function deadElements(
  network: Network,
  state: MaskState,
  isDead: (channel: number) => boolean,
  space: Space | undefined,
  chosen: Uint8Array | undefined,
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
      if (rows !== undefined && isDead(rows[(base / wide) % tall] ?? -1)) continue;
      for (let c = 0; c < wide; c++) {
        if (cols !== undefined && isDead(cols[c] ?? -1)) continue;
        all++;
        if (isGone(codes?.[base + c] ?? living) || also?.[base + c] === 1) dead++;
      }
    }
    counts.set(weight.key, { dead, all });
  }
  return counts;
}
