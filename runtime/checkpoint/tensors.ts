import type { GateFacts, Gates } from "../../core/gates/state.js";
import type { MaskState } from "../../core/masks/state.js";
import type { Slots } from "../../core/parameters.js";
import type { Accumulated } from "../scores/gather.js";
import type { StoredTensor, TensorData } from "./safetensors.js";

/** Names of tensors: parts joined by "|", which no part holds in a way that matters: keys come last but for a slot's name. */

export type TensorMap = Map<string, StoredTensor>;

/** The arrays of a moment of a run: the one it stands at, and those it may rewind to. */
interface Moment {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly slots: Slots;
  readonly state: MaskState;
}

export function put(into: TensorMap, name: string, data: TensorData): void {
  into.set(name, { shape: [data.length], data });
}

/** Arrays by weight key. */
export function putAll(into: TensorMap, prefix: string, arrays: ReadonlyMap<string, TensorData>): void {
  for (const [key, data] of arrays) put(into, `${prefix}|${key}`, data);
}

/** All of a moment but `start`, which is the same for all moments of a run. */
export function putMoment(into: TensorMap, at: string, { weights, slots, state }: Moment): void {
  putAll(into, `${at}weights`, weights);
  for (const [key, named] of slots)
    for (const [name, data] of Object.entries(named)) put(into, `${at}slots|${name}|${key}`, data);
  put(into, `${at}channels|`, state.channels);
  putAll(into, `${at}elements`, state.elements);
  putAll(into, `${at}last`, state.last);
  putAll(into, `${at}shared`, state.shared);
  for (const [id, { params }] of state.gates)
    for (const [name, data] of Object.entries(params)) put(into, `${at}gates|${id}|${name}`, data);
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

  /** What `putMoment` put; `start` is put in for the values as loaded, `facts` for what of gates is no array. */
  moment(
    at: string,
    start: Map<string, Float32Array>,
    keepsLast: boolean,
    facts: readonly (GateFacts & Pick<Gates, "kind">)[] = [],
  ): Moment {
    const slots: Slots = new Map();
    for (const [name, data] of this.floats(`${at}slots|`)) {
      const bar = name.indexOf("|");
      const key = name.slice(bar + 1);
      const slot = name.slice(0, bar);
      if (bar < 0 || !/^[a-z]+\d*$/.test(slot)) continue;
      slots.set(key, { ...slots.get(key), [slot]: data });
    }
    const state = {
      channels: this.bytes(`${at}channels|`).get("") ?? new Uint8Array(0),
      elements: this.bytes(`${at}elements|`),
      last: this.floats(`${at}last|`),
      start,
      keepsLast,
      shared: this.collect(`${at}shared|`, (data) => (data instanceof Int32Array ? data : null)),
      gates: new Map(facts.map((one) => [one.id, { ...one, params: this.named(`${at}gates|${one.id}|`) }])),
    };
    return { weights: this.floats(`${at}weights|`), slots, state };
  }

  /** Arrays under a prefix, by the rest of their names. */
  private named(prefix: string): Record<string, Float32Array> {
    return Object.fromEntries(this.floats(prefix));
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
