import type { LayerInfo } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import { withZeros, type Places } from "../../core/masks/masked.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import type { Build } from "./pass.js";

/** The tensors' side of the masters: one variable per parameter, zero at latent places. */
export interface Variables {
  /** What a layer's builder sees of it. */
  of(layer: LayerInfo): Pick<Build, "weight" | "need" | "key" | "adopt">;
  get(key: string): tf.Variable;
  /** The master as it goes up: zero where it is latent. */
  shown(key: string): Float32Array;
  upload(keys: Iterable<string>): void;
  /** Reads variables that layers moved on their own back into the masters. */
  download(): void;
  dispose(): void;
}

export function makeVariables(
  store: ParameterStore,
  backend: Backend,
  latent: () => Places = () => new Map(),
): Variables {
  const variables = new Map<string, tf.Variable>();
  /** Adopted from layers that run by their own code, not trainable: they may move in training. */
  const moving: Parameter[] = [];

  const parameter = (key: string): Parameter => {
    const found = store.get(key);
    if (!found) throw new Error(`the store has no \`${key}\``);
    return found;
  };
  const shown = (key: string): Float32Array => {
    const { data } = parameter(key);
    const places = latent().get(key);
    return places === undefined ? data : withZeros(data, places);
  };
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
        if (variable) backend.assign(variable, shown(key));
      }
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
