import { tf } from "../../backend/tf.js";
import type { FusedOps } from "../../backend/types.js";
import { activationOf } from "../activations.js";
import { activation, number, type Config } from "../config.js";
import { refuse } from "../problems.js";
import { rank1, rank2 } from "../ranks.js";

/** One recurrent cell. Its input product is kept apart, so that a layer can do it for all steps at once. */
export interface Cell {
  readonly units: number;
  /** States it carries: 1, or 2 for an LSTM. The first is its output. */
  readonly states: number;
  /** Rate of noise on the inputs and on the state, the same draw for all steps. */
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** x·W + b for any leading axes. */
  project(x: tf.Tensor): tf.Tensor;
  /** Begins a sweep over the steps. */
  start(): Step;
}

/** States after a step, from the projected input and the states before; `noise` multiplies the state where it is read. */
export type Step = (
  z: tf.Tensor,
  states: readonly tf.Tensor[],
  noise: tf.Tensor | null,
) => readonly tf.Tensor[];

export interface CellParts {
  readonly className: string;
  readonly config: Config;
  readonly ops: FusedOps;
  /** Reads a weight of this cell. */
  weight(name: string): tf.Variable | null;
}

function rate(config: Config, key: string): number {
  return Math.min(1, Math.max(0, number(config, key, 0)));
}

function named(parts: CellParts, key: string, fallback: string): (x: tf.Tensor) => tf.Tensor {
  const given = parts.config.values[key];
  const name = given === undefined || given === null ? fallback : activation(parts.config, key);
  return activationOf(name, parts.ops, parts.config.path);
}

/** The cell of a SimpleRNN, GRU or LSTM layer, or of their cell classes. */
export function makeCell(parts: CellParts): Cell {
  const { config, ops } = parts;
  const need = (name: string): tf.Tensor2D => {
    const found = parts.weight(name);
    return found ? rank2(found) : refuse("P5152", `layer \`${config.path}\` lacks its \`${name}\``);
  };
  const kernel = need("kernel");
  const recurrent = need("recurrent_kernel");
  const given = parts.weight("bias");
  const bias = given ? rank1(given) : null;
  const units = recurrent.shape[0];
  const act = named(parts, "activation", "tanh");
  const gate = named(parts, "recurrent_activation", "hard_sigmoid");
  const times = (h: tf.Tensor, w: tf.Tensor2D): tf.Tensor => ops.dense(h, w, null);
  const noisy = (h: tf.Tensor, noise: tf.Tensor | null): tf.Tensor => (noise ? tf.mul(h, noise) : h);
  const common = {
    units,
    dropout: rate(config, "dropout"),
    recurrentDropout: rate(config, "recurrent_dropout"),
    project: (x: tf.Tensor) => ops.dense(x, kernel, bias),
  };
  switch (parts.className.replace(/Cell$/, "")) {
    case "SimpleRNN":
      return {
        ...common,
        states: 1,
        start:
          () =>
          (z, [h], noise) => [act(tf.add(z, times(noisy(held(h), noise), recurrent)))],
      };
    case "LSTM":
      return {
        ...common,
        states: 2,
        start:
          () =>
          (z, [h, c], noise) => {
            const sum = tf.add(z, times(noisy(held(h), noise), recurrent));
            const [i, f, g, o] = tf.split(sum, 4, 1);
            const carry = tf.add(tf.mul(gate(held(f)), held(c)), tf.mul(gate(held(i)), act(held(g))));
            return [tf.mul(gate(held(o)), act(carry)), carry];
          },
      };
    default:
      // The gates z and r read the state; the candidate reads what r lets through (Cho et al. 2014).
      return {
        ...common,
        states: 1,
        start: () => {
          const [gates, candidate] = tf.split(recurrent, [2 * units, units], 1);
          const [ofGates, ofCandidate] = [rank2(held(gates)), rank2(held(candidate))];
          return (x, [state], noise) => {
            const h = noisy(held(state), noise);
            const [xz, xr, xh] = tf.split(x, 3, 1);
            const [hz, hr] = tf.split(times(h, ofGates), 2, 1);
            const z = gate(tf.add(held(xz), held(hz)));
            const r = gate(tf.add(held(xr), held(hr)));
            const next = act(tf.add(held(xh), times(tf.mul(r, h), ofCandidate)));
            return [tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), next))];
          };
        },
      };
  }
}

function held(t: tf.Tensor | undefined): tf.Tensor {
  if (!t) throw new Error("a recurrent cell misses a state or a gate");
  return t;
}
