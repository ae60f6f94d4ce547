import type { Accumulated } from "../scores/context.js";
import type { MaskState } from "../../core/masks/state.js";
import type { Slots } from "../../core/parameters.js";
import type { StoredTensor, TensorData } from "./safetensors.js";

/** Names of tensors: parts joined by "|", which no part holds in a way that matters: keys come last but for a slot's name. */

export type TensorMap = Map<string, StoredTensor>;
export type Shapes = (key: string) => readonly number[] | undefined;

function put(
  into: TensorMap,
  name: string,
  data: TensorData,
  shape: readonly number[] = [data.length],
): void {
  into.set(name, { shape, data });
}

export function putWeights(into: TensorMap, at: string, weights: ReadonlyMap<string, Float32Array>): void {
  for (const [key, data] of weights) put(into, `${at}weights|${key}`, data);
}

export function putSlots(into: TensorMap, at: string, slots: Slots): void {
  for (const [key, named] of slots)
    for (const [name, data] of Object.entries(named)) put(into, `${at}slots|${name}|${key}`, data);
}

/** What is dead: codes by channel number and by element. */
export function putMasks(into: TensorMap, at: string, state: MaskState): void {
  put(into, `${at}channels|`, state.channels);
  for (const [key, data] of state.elements) put(into, `${at}elements|${key}`, data);
}

/** Masks and what lived where they are. `start` is the same for all snapshots of a run and stored once. */
export function putState(into: TensorMap, at: string, state: MaskState, withStart: boolean): void {
  putMasks(into, at, state);
  for (const [key, data] of state.last) put(into, `${at}last|${key}`, data);
  if (withStart) for (const [key, data] of state.start) put(into, `${at}start|${key}`, data);
}

/** Reads back what was put under a prefix. */
export class TensorReader {
  constructor(private readonly tensors: ReadonlyMap<string, StoredTensor>) {}

  floats(prefix: string): Map<string, Float32Array> {
    return this.collect(prefix, (data) => (data instanceof Float32Array ? data : null));
  }

  bytes(prefix: string): Map<string, Uint8Array> {
    return this.collect(prefix, (data) => (data instanceof Uint8Array ? data : null));
  }

  integers(name: string): Int32Array | null {
    const data = this.tensors.get(name)?.data;
    return data instanceof Int32Array ? data : null;
  }

  /** Sums of criteria over training, by statement id. */
  accumulated(): Map<number, Accumulated> {
    const found = new Map<number, Accumulated>();
    for (const [name, { data }] of this.tensors) {
      const [, id, steps] = /^accumulated (\d{1,9}) (\d{1,15})$/.exec(name) ?? [];
      if (id === undefined || !(data instanceof Float32Array || data instanceof Float64Array)) continue;
      found.set(Number(id), { steps: Number(steps), sums: data });
    }
    return found;
  }

  slots(at: string): Slots {
    const slots: Slots = new Map();
    for (const [name, data] of this.floats(`${at}slots|`)) {
      const bar = name.indexOf("|");
      const key = name.slice(bar + 1);
      const slot = name.slice(0, bar);
      if (bar < 0 || !/^[a-z]+$/.test(slot)) continue;
      slots.set(key, { ...slots.get(key), [slot]: data });
    }
    return slots;
  }

  state(at: string, start: Map<string, Float32Array>, keepsLast: boolean): MaskState {
    return {
      channels: this.bytes(`${at}channels|`).get("") ?? new Uint8Array(0),
      elements: this.bytes(`${at}elements|`),
      last: this.floats(`${at}last|`),
      start,
      keepsLast,
    };
  }

  private collect<A>(prefix: string, accept: (data: TensorData) => A | null): Map<string, A> {
    const found = new Map<string, A>();
    for (const [name, { data }] of this.tensors) {
      if (!name.startsWith(prefix)) continue;
      const accepted = accept(data);
      if (accepted !== null) found.set(name.slice(prefix.length), accepted);
    }
    return found;
  }
}
