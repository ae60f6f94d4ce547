import {
  arg,
  param,
  type Block,
  type GateKind,
  type Kernels,
  type Params,
  type Setting,
  type UnitScore,
} from "../types.js";
import { once } from "../../tables.js";

/** The least deviation of the scores of a kernel, so that equal ones have a softmax, too. */
const least = 1e-6;

/**
 * Shares below this are 0: beside the 1 that all add up to they are nothing in 32 bits, and products with them would fall out of the
 * range of normal numbers, where processors take many times as long.
 */
const negligible = 1e-24;

/** The scores of one kernel: where in the parameter they stand, and what a unit is open by. */
interface Row {
  /** Places of the kernel's scores in the parameter, from `first` on, `apart` from each other. */
  readonly first: number;
  readonly apart: number;
  readonly places: number;
  /** The first of the units, and the units that have this score at every place. */
  readonly unit: number;
  readonly shared: number;
}

/** Every kernel with its own scores, or all kernels that read one input with the same. */
const rowsOf = (kernels: readonly Kernels[], shared: boolean): readonly Row[] =>
  shared ? rowsOfInputs(kernels) : rowsOfKernels(kernels);
const rowsOfInputs = once((kernels: readonly Kernels[]) => layOut(kernels, true));
const rowsOfKernels = once((kernels: readonly Kernels[]) => layOut(kernels, false));

function layOut(kernels: readonly Kernels[], shared: boolean): readonly Row[] {
  const rows: Row[] = [];
  let base = 0;
  for (const { start, places, inputs, outputs } of kernels) {
    const wide = shared ? inputs : inputs * outputs;
    for (let i = 0; i < wide; i++)
      rows.push({
        first: base + i,
        apart: wide,
        places,
        unit: start + (shared ? i * outputs : i),
        shared: shared ? outputs : 1,
      });
    base += wide * places;
  }
  return rows;
}

/** The units of a place are `inputs · outputs` further than those of the place before. */
const unitsApart = ({ apart, shared }: Row): number => apart * shared;

/** The deviation of the scores of a row, unbiased as the authors have it; 1 where there is one place. */
function deviationOf(scores: Float32Array, { first, apart, places }: Row): number {
  if (places < 2) return 1;
  let [sum, squares] = [0, 0];
  for (let p = 0; p < places; p++) sum += scores[first + p * apart] ?? 0;
  for (let p = 0; p < places; p++) squares += ((scores[first + p * apart] ?? 0) - sum / places) ** 2;
  return Math.max(least, Math.sqrt(squares / (places - 1)));
}

/** softmax(T·A / std(A)) of a row. */
function shares(scores: Float32Array, row: Row, temperature: number): Float64Array {
  const { first, apart, places } = row;
  const by = temperature / deviationOf(scores, row);
  const values = new Float64Array(places);
  let [most, sum] = [-Infinity, 0];
  for (let p = 0; p < places; p++) most = Math.max(most, (values[p] = by * (scores[first + p * apart] ?? 0)));
  for (let p = 0; p < places; p++) sum += values[p] = Math.exp((values[p] ?? 0) - most);
  for (let p = 0; p < places; p++) {
    const value = values[p] ?? 0;
    values[p] = value < negligible * sum ? 0 : value / sum;
  }
  return values;
}

/** 1 at the highest score of a row, the first of equal ones. */
function highest(scores: Float32Array, { first, apart, places }: Row): Float64Array {
  let best = 0;
  for (let p = 1; p < places; p++)
    if ((scores[first + p * apart] ?? 0) > (scores[first + best * apart] ?? 0)) best = p;
  const open = new Float64Array(places);
  open[best] = 1;
  return open;
}

/** What every unit is multiplied by. */
function values(params: Params, setting: Setting, shared: boolean): Float32Array {
  const scores = param(params, "score");
  const z = new Float32Array(setting.units);
  for (const row of rowsOf(setting.kernels, shared)) {
    const open = setting.settled ? highest(scores, row) : shares(scores, row, arg(setting, "temperature"));
    for (let p = 0, unit = row.unit; p < row.places; p++, unit += unitsApart(row))
      z.fill(open[p] ?? 0, unit, unit + row.shared);
  }
  return z;
}

/** Takes ∂L/∂z back to the scores, through the softmax and the deviation that divides them. */
function back(
  dz: ArrayLike<number>,
  params: Params,
  setting: Setting,
  { into, shared }: { readonly into: Params; readonly shared: boolean },
): void {
  if (setting.settled) return;
  const [scores, slope] = [param(params, "score"), param(into, "score")];
  const temperature = arg(setting, "temperature");
  for (const row of rowsOf(setting.kernels, shared)) {
    const { first, apart, places } = row;
    if (places < 2) continue;
    const open = shares(scores, row, temperature);
    const along = new Float64Array(places);
    let [mean, middle] = [0, 0];
    for (let p = 0, from = row.unit; p < places; p++, from += unitsApart(row)) {
      for (let unit = from; unit < from + row.shared; unit++) along[p] = (along[p] ?? 0) + (dz[unit] ?? 0);
      mean += (open[p] ?? 0) * (along[p] ?? 0);
      middle += (scores[first + p * apart] ?? 0) / places;
    }
    const deviation = deviationOf(scores, row);
    // Of the scaled scores b = T·A/std.
    let ofDeviation = 0;
    for (let p = 0; p < places; p++) {
      along[p] = (open[p] ?? 0) * ((along[p] ?? 0) - mean);
      if (deviation > least)
        ofDeviation += ((along[p] ?? 0) * (scores[first + p * apart] ?? 0)) / deviation ** 2;
    }
    for (let p = 0; p < places; p++) {
      const to = first + p * apart;
      const through = (((scores[to] ?? 0) - middle) / ((places - 1) * deviation)) * ofDeviation;
      slope[to] = (slope[to] ?? 0) + temperature * ((along[p] ?? 0) / deviation - through);
    }
  }
}

const scoreOfTaps = (shared: boolean): UnitScore => ({
  of: (params, setting) => values(params, setting, shared),
  back: (slope, params, setting, into) => back(slope, params, setting, { into, shared }),
});

/** Attention over the taps of a kernel; `shared`: one for all the kernels that read an input. */
export const overTaps = (shared: boolean): GateKind => ({
  guards: "taps",
  draws: "batch",
  ofWeights: false,
  args: {
    temperature: {
      usual: { from: 20, to: 70, curve: "exponential" },
      least: 0,
      most: 1e6,
      open: true,
      moves: true,
    },
  },
  takesShare: false,
  freezes: false,
  params: { score: ({ uniform }) => uniform },
  blocks: {
    score: ({ kernels }) =>
      kernels.map(({ places, inputs, outputs }): Block => ({
        size: places * inputs * (shared ? 1 : outputs),
        fanIn: places,
      })),
  },
  draw(params, setting) {
    return {
      z: values(params, setting, shared),
      back: (dz, into) => back(dz, params, setting, { into, shared }),
    };
  },
  through: "weights",
  term: null,
  test: (params, setting) => values(params, setting, shared),
  scores: { gate: scoreOfTaps(shared) },
});

/**
 * Attention over the taps of every kernel (Hacene, Lassance, Gripon, Courbariaux, Bengio 2019, Attention based pruning for shift
 * networks): z = softmax(T·A / std(A)) over the places of a kernel, A from U[0, 1), while the temperature T grows. Once its training is
 * over the tap with the highest A is 1, the first of equal ones, and the others are 0: one tap a kernel, always.
 */
export const softmax: GateKind = overTaps(false);
