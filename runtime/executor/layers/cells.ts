import type { Config } from "../../../core/network/config.js";
import { cellKind, cellKinds, isResetAfter, type CellKind } from "../../../core/network/layers/recurrent.js";
import { tf } from "../../backend/tf.js";
import type { FusedOps } from "../../backend/types.js";
import { activationOf, type Activation } from "../activations.js";
import { number } from "../pass.js";
import { raise } from "../../../core/diagnostics/create.js";
import { rank1, rank2 } from "../ranks.js";
import { lstmStep } from "./unroll.js";

/** One recurrent cell. Its input product is kept apart, so that a layer can do it for all steps at once. */
export interface Cell {
  readonly units: number;
  /** States it carries. The first is its output. */
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

interface Recurrence {
  readonly recurrent: tf.Tensor2D;
  /** Of a GRU that resets after the product with the state: what is added to that; undefined for others. */
  readonly after?: tf.Tensor1D | null;
  readonly act: Activation;
  readonly gate: Activation;
  times(h: tf.Tensor, w: tf.Tensor2D, bias?: tf.Tensor1D | null): tf.Tensor;
}

const noisy = (h: tf.Tensor | undefined, noise: tf.Tensor | null): tf.Tensor =>
  noise ? tf.mul(held(h), noise) : held(h);

const starts: Readonly<Record<CellKind, (r: Recurrence) => Step>> = {
  SimpleRNN:
    ({ recurrent, act, times }) =>
    (z, [h], noise) => [act(tf.add(z, times(noisy(h, noise), recurrent)))],

  LSTM:
    ({ recurrent, act, gate, times }) =>
    (z, [h, carry], noise) =>
      lstmStep(tf.add(z, times(noisy(h, noise), recurrent)), 1, carry, act, gate),

  // The gates z and r read the state; the candidate reads what r lets through (Cho et al. 2014), of the state or of its product.
  GRU: ({ recurrent, after, act, gate, times }) => {
    const outcome = (z: tf.Tensor, h: tf.Tensor, next: tf.Tensor): readonly tf.Tensor[] => [
      tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), next)),
    ];
    if (after !== undefined) {
      return (x, [state], noise) => {
        const h = noisy(state, noise);
        const [xz, xr, xh] = tf.split(x, 3, 1);
        const [hz, hr, hh] = tf.split(times(h, recurrent, after), 3, 1);
        const z = gate(tf.add(held(xz), held(hz)));
        const r = gate(tf.add(held(xr), held(hr)));
        return outcome(z, h, act(tf.add(held(xh), tf.mul(r, held(hh)))));
      };
    }
    const units = recurrent.shape[0];
    const [gates, candidate] = tf.split(recurrent, [2 * units, units], 1);
    const [ofGates, ofCandidate] = [rank2(held(gates)), rank2(held(candidate))];
    return (x, [state], noise) => {
      const h = noisy(state, noise);
      const [xz, xr, xh] = tf.split(x, 3, 1);
      const [hz, hr] = tf.split(times(h, ofGates), 2, 1);
      const z = gate(tf.add(held(xz), held(hz)));
      const r = gate(tf.add(held(xr), held(hr)));
      const next = act(tf.add(held(xh), times(tf.mul(r, h), ofCandidate)));
      return outcome(z, h, next);
    };
  },
};

/** The cell of a SimpleRNN, GRU or LSTM layer, or of their cell classes. */
export function makeCell(parts: CellParts): Cell {
  const { config, ops } = parts;
  const need = (name: string): tf.Tensor2D => {
    const weight = parts.weight(name);
    return weight ? rank2(weight) : raise("P5152", `layer \`${config.path}\` lacks its \`${name}\``);
  };
  const kind = cellKind(parts.className);
  if (kind === null) throw new Error(`${config.path} has a cell of the unknown class ${parts.className}`);
  const kernel = need("kernel");
  const recurrent = need("recurrent_kernel");
  const given = parts.weight("bias");
  const bias = (row: 0 | 1): tf.Tensor1D | null => {
    if (!given) return null;
    if (given.rank === 1) return rank1(given);
    return tf.reshape<tf.Rank.R1>(tf.slice(given, [row, 0], [1, -1]), [given.shape[1] ?? 1]);
  };
  const resetAfter = kind === "GRU" && isResetAfter(config.values);
  const recurrence: Recurrence = {
    recurrent,
    act: activationOf(parts, "activation", "tanh"),
    gate: activationOf(parts, "recurrent_activation", "hardsigmoid"),
    times: (h, w, b = null) => ops.dense(h, w, b),
  };
  const rate = (key: string): number => Math.min(1, Math.max(0, number(config, key, 0)));
  return {
    units: recurrent.shape[0],
    states: cellKinds[kind].states,
    dropout: rate("dropout"),
    recurrentDropout: rate("recurrent_dropout"),
    project: (x) => ops.dense(x, kernel, bias(0)),
    start: () => starts[kind](resetAfter ? { ...recurrence, after: bias(1) } : recurrence),
  };
}

function held(t: tf.Tensor | undefined): tf.Tensor {
  if (!t) throw new Error("a recurrent cell misses a state or a gate");
  return t;
}
