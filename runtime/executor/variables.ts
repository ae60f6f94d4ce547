import type { LayerInfo } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import type { Build } from "./pass.js";

/** The tensors' side of the masters: one variable per parameter. */
export interface Variables {
  /** What a layer's builder sees of it. */
  of(layer: LayerInfo): Pick<Build, "weight" | "need" | "key" | "adopt">;
  get(key: string): tf.Variable;
  upload(keys: Iterable<string>): void;
  /** Reads variables that layers moved on their own back into the masters. */
  download(): void;
  dispose(): void;
}

export function makeVariables(store: ParameterStore, backend: Backend): Variables {
  const variables = new Map<string, tf.Variable>();
  /** Adopted from layers that run by their own code, not trainable: they may move in training. */
  const moving: Parameter[] = [];

  const parameter = (key: string): Parameter => {
    const found = store.get(key);
    if (!found) throw new Error(`the store has no \`${key}\``);
    return found;
  };
  const make = (key: string): tf.Variable => {
    const known = variables.get(key);
    if (known) return known;
    const { shape, data } = parameter(key);
    const variable = tf.tidy(() => tf.variable(tf.zeros([...shape])));
    backend.assign(variable, data);
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
          backend.assign(variable, master.data);
          variables.set(key, variable);
          if (!master.trainable) moving.push(master);
        },
      };
    },
    get: make,
    upload(keys) {
      for (const key of keys) {
        const variable = variables.get(key);
        if (variable) backend.assign(variable, parameter(key).data);
      }
    },
    download() {
      for (const { key, data } of moving) data.set(backend.read(make(key)));
    },
    dispose() {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}
