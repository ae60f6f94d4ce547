import type { LayerInfo } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import { withZeros, type Places } from "../../core/masks/masked.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import type { Build } from "./pass.js";

/** What is shown of a weight, from its master. */
export type Shown = (key: string, data: Float32Array) => Float32Array;

/** The tensors' side of the masters: one variable per parameter, zero at latent places. */
export interface Variables {
  /** What a layer's builder sees of it. */
  of(layer: LayerInfo): Pick<Build, "weight" | "need" | "key" | "adopt">;
  get(key: string): tf.Variable;
  /** The master as it goes up now: zero where it is latent, times its gates. */
  shown(key: string): Float32Array;
  /** Those that gates of a step stand in for come up to date by `settle`. */
  upload(keys: Iterable<string>): void;
  /** Shows gates of a step of training instead: from masters, zero where they are latent. */
  draw(keys: Iterable<string>, show: Shown): void;
  /** Everything is again as it goes up outside of training. */
  settle(): void;
  /** Reads variables that layers moved on their own back into the masters. */
  download(): void;
  dispose(): void;
}

export function makeVariables(
  store: ParameterStore,
  backend: Backend,
  latent: () => Places = () => new Map(),
  gated: Shown = (_, data) => data,
): Variables {
  const variables = new Map<string, tf.Variable>();
  /** Adopted from layers that run by their own code, not trainable: they may move in training. */
  const moving: Parameter[] = [];

  const parameter = (key: string): Parameter => {
    const found = store.get(key);
    if (!found) throw new Error(`the store has no \`${key}\``);
    return found;
  };
  /** What the gates of a step of training show, which others shall not see. */
  const drawn = new Set<string>();
  const masked = (key: string): Float32Array => {
    const { data } = parameter(key);
    const places = latent().get(key);
    return places === undefined ? data : withZeros(data, places);
  };
  let drawing = gated;
  const shown = (key: string): Float32Array => (drawn.has(key) ? drawing : gated)(key, masked(key));
  const make = (key: string): tf.Variable => {
    const known = variables.get(key);
    if (known) return known;
    const { shape } = parameter(key);
    const variable = tf.tidy(() => tf.variable(tf.zeros([...shape])));
    backend.assign(variable, shown(key));
    variables.set(key, variable);
    return variable;
  };

  return {
    of(layer) {
      const info = (name: string) => layer.weights.find((w) => w.name === name);
      return {
        weight: (name) => {
          const found = info(name);
          return found ? make(found.key) : null;
        },
        need: (name) => make(info(name)?.key ?? `${layer.path}/${name}`),
        key: (name) => info(name)?.key ?? `${layer.path}/${name}`,
        adopt: (name, variable) => {
          const key = info(name)?.key ?? `${layer.path}/${name}`;
          const master = parameter(key);
          backend.assign(variable, shown(key));
          variables.set(key, variable);
          if (!master.trainable) moving.push(master);
        },
      };
    },
    get: make,
    shown,
    upload(keys) {
      for (const key of keys) {
        const variable = variables.get(key);
        if (variable && !drawn.has(key)) backend.assign(variable, shown(key));
      }
    },
    draw(keys, show) {
      drawing = show;
      for (const key of keys) {
        drawn.add(key);
        backend.assign(make(key), shown(key));
      }
    },
    settle() {
      const keys = [...drawn];
      drawn.clear();
      for (const key of keys) backend.assign(make(key), shown(key));
    },
    download() {
      for (const { key, data } of moving)
        keepLatent(data, latent().get(key), () => data.set(backend.read(make(key))));
    },
    dispose() {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}

/** Changes a master but for what is latent in it: that moves by updates alone. */
export function keepLatent(data: Float32Array, latent: Int32Array | undefined, change: () => void): void {
  const underneath = Float32Array.from(latent ?? [], (i) => data[i] ?? 0);
  change();
  latent?.forEach((i, n) => (data[i] = underneath[n] ?? 0));
}
