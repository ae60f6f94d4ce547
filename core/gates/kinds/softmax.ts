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

/** The least deviation of the scores of a kernel, so that equal ones have a softmax, too. */
const least = 1e-6;

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
function rowsOf(kernels: readonly Kernels[], shared: boolean): Row[] {
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
  const values = Float64Array.from({ length: places }, (_, p) => by * (scores[first + p * apart] ?? 0));
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let p = 0; p < places; p++) sum += values[p] = Math.exp((values[p] ?? 0) - most);
  return values.map((value) => value / sum);
}

/** 1 at the highest score of a row, the first of equal ones. */
function highest(scores: Float32Array, { first, apart, places }: Row): Float64Array {
  let best = 0;
  for (let p = 1; p < places; p++)
    if ((scores[first + p * apart] ?? 0) > (scores[first + best * apart] ?? 0)) best = p;
  return Float64Array.from({ length: places }, (_, p) => Number(p === best));
}

/** What every unit is multiplied by. */
function values(params: Params, setting: Setting, shared: boolean): Float32Array {
  const scores = param(params, "score");
  const z = new Float32Array(setting.units);
  for (const row of rowsOf(setting.kernels, shared)) {
    const open = setting.settled ? highest(scores, row) : shares(scores, row, arg(setting, "temperature"));
    open.forEach((value, p) => {
      const from = row.unit + p * unitsApart(row);
      z.fill(value, from, from + row.shared);
    });
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
    const along = Float64Array.from({ length: places }, (_, p) => {
      const from = row.unit + p * unitsApart(row);
      let sum = 0;
      for (let unit = from; unit < from + row.shared; unit++) sum += dz[unit] ?? 0;
      return sum;
    });
    const mean = open.reduce((sum, value, p) => sum + value * (along[p] ?? 0), 0);
    const deviation = deviationOf(scores, row);
    const at = (p: number): number => scores[first + p * apart] ?? 0;
    // Of the scaled scores b = T·A/std.
    const ofScaled = open.map((value, p) => value * ((along[p] ?? 0) - mean));
    const middle = open.reduce((sum, _, p) => sum + at(p), 0) / places;
    const ofDeviation =
      deviation > least ? ofScaled.reduce((sum, value, p) => sum + value * at(p), 0) / deviation ** 2 : 0;
    for (let p = 0; p < places; p++) {
      const through = ((at(p) - middle) / ((places - 1) * deviation)) * ofDeviation;
      const to = first + p * apart;
      slope[to] = (slope[to] ?? 0) + temperature * ((ofScaled[p] ?? 0) / deviation - through);
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
