import { heldIn } from "../compensate/lost.js";
import { calledOf } from "../ir/defaults.js";
import type { CallIr } from "../ir/types.js";
import type { WeightInfo } from "../network/types.js";
import { randomStream } from "../random.js";
import type { Body } from "./state.js";

/** A kernel that is made of what it is: its values, where masks hold it, and what it was at the start. */
interface Kernel {
  readonly weight: WeightInfo;
  readonly values: Float32Array;
  /** 1 where masks hold an element. */
  readonly held: Uint8Array;
  readonly start: Float32Array;
  readonly args: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly round: number;
}

/** Makes kernels of what they are: initializers that draw nothing, or only places. */
const adaptations: Readonly<Record<string, (kernel: Kernel) => Float32Array>> = {
  rescaled,
  isometric,
  "signed-constant": signedConstant,
  shuffled,
};

/** Whether an initializer makes kernels of what they are. */
export const isAdaptation = (by: CallIr): boolean => Object.hasOwn(adaptations, calledOf(by).name);

/** Kernels by their keys: what such an initializer makes of them. */
export function adapted(body: Body, by: CallIr, seed: number, round: number) {
  const { name, args } = calledOf(by);
  const held = heldIn(body);
  return (weight: WeightInfo, values: Float32Array): Float32Array | undefined =>
    adaptations[name]?.({
      weight,
      values,
      held: held(weight.key, values.length),
      start: body.state.start.get(weight.key) ?? values,
      args,
      seed,
      round,
    });
}

const outputsOf = ({ shape }: WeightInfo): number => shape.at(-1) ?? 1;

/**
 * All of a kernel times one number, so that the squares of the weights of an output add up to `gain` (2) on average. With a mask over it
 * what comes in is then passed on as strongly as on the edge of chaos of rectifiers (Hayou et al. 2021).
 */
function rescaled({ weight, values, held, args }: Kernel): Float32Array {
  let sum = 0;
  values.forEach((value, i) => (sum += held[i] === 1 ? 0 : value ** 2));
  const factor = sum === 0 ? 1 : Math.sqrt(((args["gain"] ?? 2) * outputsOf(weight)) / sum);
  return values.map((value) => value * factor);
}

/** Every weight is the deviation of its kernel at the start, with the sign that it had there (Zhou et al. 2019). */
function signedConstant({ start }: Kernel): Float32Array {
  const mean = start.reduce((sum, value) => sum + value, 0) / Math.max(1, start.length);
  const squares = start.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, start.length));
  return start.map((value) => Math.sign(value) * deviation);
}

/** The values of what lives at the places of what lives, in any order. */
function shuffled({ weight, values, held, seed, round }: Kernel): Float32Array {
  const places = Int32Array.from(held.keys()).filter((i) => held[i] === 0);
  const order = randomStream(seed, `reinitialize shuffled ${weight.key}`, round).permutation(places.length);
  const out = values.slice();
  places.forEach((place, n) => (out[place] = values[places[order[n] ?? 0] ?? 0] ?? 0));
  return out;
}

/**
 * The living weights moved until the columns of the kernel (the rows, where these are fewer; all axes but the last are rows) are as near
 * to orthonormal as `rounds` (100) steps of gradient descent on ‖WᵀW − I‖² bring them (approximate isometry, Lee et al. 2020). Each step
 * is as long as is safe: half the inverse of a bound on the largest eigenvalue.
 */
function isometric({ weight, values, held, args }: Kernel): Float32Array {
  const columns = outputsOf(weight);
  const rows = values.length / Math.max(1, columns);
  const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
  // Vectors that shall be orthonormal, one behind the other.
  const place = (vector: number, i: number): number =>
    rows >= columns ? i * columns + vector : vector * columns + i;
  const w = new Float64Array(short * long);
  const open = new Uint8Array(short * long);
  for (let k = 0; k < short; k++)
    for (let i = 0; i < long; i++) {
      const at = place(k, i);
      open[k * long + i] = held[at] === 1 ? 0 : 1;
      w[k * long + i] = held[at] === 1 ? 0 : (values[at] ?? 0);
    }
  for (let step = 0; step < (args["rounds"] ?? 100); step++) {
    const gram = gramOf(w, short, long);
    let bound = 1;
    for (let k = 0; k < short; k++) {
      let sum = 0;
      for (let l = 0; l < short; l++) sum += Math.abs(gram[k * short + l] ?? 0);
      bound = Math.max(bound, sum);
    }
    const moved = new Float64Array(short * long);
    for (let k = 0; k < short; k++)
      for (let l = 0; l < short; l++) {
        const off = (gram[k * short + l] ?? 0) - Number(k === l);
        if (off === 0) continue;
        for (let i = 0; i < long; i++)
          moved[k * long + i] = (moved[k * long + i] ?? 0) + off * (w[l * long + i] ?? 0);
      }
    let most = 0;
    for (let i = 0; i < w.length; i++) {
      if (open[i] !== 1) continue;
      const by = (moved[i] ?? 0) / (2 * bound);
      w[i] = (w[i] ?? 0) - by;
      most = Math.max(most, Math.abs(by));
    }
    if (most < 1e-7) break;
  }
  const out = values.slice();
  for (let k = 0; k < short; k++)
    for (let i = 0; i < long; i++) if (open[k * long + i] === 1) out[place(k, i)] = w[k * long + i] ?? 0;
  return out;
}

/** All products of the vectors with each other. */
function gramOf(w: Float64Array, short: number, long: number): Float64Array {
  const gram = new Float64Array(short * short);
  for (let k = 0; k < short; k++)
    for (let l = k; l < short; l++) {
      let sum = 0;
      for (let i = 0; i < long; i++) sum += (w[k * long + i] ?? 0) * (w[l * long + i] ?? 0);
      gram[k * short + l] = sum;
      gram[l * short + k] = sum;
    }
  return gram;
}
