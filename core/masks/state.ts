import { copyGates, type Gates } from "../gates/state.js";
import type { Network } from "../network/types.js";
import { entryOf } from "../tables.js";
import type { ParameterStore, Slots } from "../parameters.js";

/** How a channel or an element stands. The same codes for both, so that 0 is always "nothing special". */
export const living = 0;
/** Held at zero. */
export const dead = 1;
/** Zero in the forward pass; its master keeps training. */
export const latent = 2;
/** Zeroed at the last event and free to grow back: living again from the next update. */
export const soft = 3;
/** Held at the value of the start. */
export const frozen = 4;

/** What has died in a run and what is needed to bring it back: plain typed arrays by weight key or channel number. */
export interface MaskState {
  /** Codes by channel number; numbers are those of the network as loaded for ever. */
  readonly channels: Uint8Array;
  /** Codes by element for weights that element-wise structures touched. Elements of dead channels need no code here. */
  readonly elements: Map<string, Uint8Array>;
  /** Values at death, where something died. Kept only when `keepsLast`. */
  readonly last: Map<string, Float32Array>;
  /** Values of the network as loaded, which `w0`, `dw`, `start values`, `frozen` and rewinds to the start ask for; runs always have them. */
  readonly start: Map<string, Float32Array>;
  /** Whether values at death are wanted (`last values`, `regrow … by abs(g)` on structures). */
  readonly keepsLast: boolean;
  /** Learned gates that are not part of the weights yet, by statement id. */
  readonly gates: Map<number, Gates>;
  /** Weights that share their values: of each element its cluster, from 1; 0 for one that stands alone (`core/quantize/shared.ts`). */
  readonly shared: Map<string, Int32Array>;
}

/** What masks beside a network hold at zero. */
export type HeldMasks = Pick<MaskState, "channels" | "elements">;

/** What the engine changes. */
export interface Body {
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly slots: Slots;
  readonly state: MaskState;
  /** Whether emptied branches may go whole: the shifts left of them are held at zero then. */
  readonly collapses?: boolean;
  /** Whether optimizer state of dead elements stays dense (a `regrow … by abs(m)` reads it). */
  readonly keepsMomentum?: boolean;
}

/** Nothing has died. `channels` is the channel count of the network. */
export function newMaskState(channels: number, options: { readonly keepsLast?: boolean } = {}): MaskState {
  return {
    channels: new Uint8Array(channels),
    elements: new Map(),
    last: new Map(),
    start: new Map(),
    keepsLast: options.keepsLast ?? false,
    gates: new Map(),
    shared: new Map(),
  };
}

/** The codes of a weight, allocated at its first death. */
export const elementCodes = (state: MaskState, key: string, length: number): Uint8Array =>
  entryOf(state.elements, key, () => new Uint8Array(length));

/** A full-size array of a map, allocated when first written. */
export const valuesOf = (values: Map<string, Float32Array>, key: string, length: number): Float32Array =>
  entryOf(values, key, () => new Float32Array(length));

/** Remembers the network as it is now as the start (`w0`). */
export function rememberStart(
  state: MaskState,
  parameters: Iterable<{ readonly key: string; readonly data: Float32Array }>,
): void {
  for (const { key, data } of parameters) state.start.set(key, data.slice());
}

/** After `slim`: `cut` shortens an array along the weight's bindings (null: the weight is gone). Channels keep their numbers. */
export function cutMaskState(
  state: MaskState,
  cut: (key: string, values: Float32Array) => Float32Array | null,
): void {
  for (const values of [state.last, state.start]) {
    for (const [key, array] of values) replace(values, key, cut(key, array));
  }
  for (const [key, codes] of state.elements) {
    const shorter = cut(key, Float32Array.from(codes));
    replace(state.elements, key, shorter && Uint8Array.from(shorter));
  }
  for (const [key, clusters] of state.shared) {
    const shorter = cut(key, Float32Array.from(clusters));
    replace(state.shared, key, shorter && Int32Array.from(shorter));
  }
}

function replace<A>(map: Map<string, A>, key: string, value: A | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

const versions = new WeakMap<MaskState, number>();

/** Says that units died or came back: what was worked out from the state before no longer holds. */
export function touch(state: MaskState): void {
  versions.set(state, versionOf(state) + 1);
}

/** Grows with every `touch`. */
export function versionOf(state: MaskState): number {
  return versions.get(state) ?? 0;
}

/** A deep copy of what has died and of the gates, with `start` put in for the values as loaded: those belong to the run, not to a moment. */
export function copyState(state: MaskState, start: Map<string, Float32Array>): MaskState {
  const { gates, ...dead } = state;
  return {
    ...structuredClone({ ...dead, start: new Map() }),
    start,
    gates: new Map([...gates].map(([id, one]) => [id, copyGates(one)])),
  };
}
