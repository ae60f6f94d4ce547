/** Arrays by parameter: a number for every unit that is guarded, but where the kind says otherwise. */
export type Params = Readonly<Record<string, Float32Array>>;

/** What is known of one unit when its gate is made, or of one number of a parameter that is laid out otherwise. */
export interface UnitStart {
  /** Draws of its own: standard normal, and uniform in [0, 1). */
  readonly normal: number;
  readonly uniform: number;
  /** Weights that one output of its layer sums over; what is summed over in its block. */
  readonly fanIn: number;
  readonly args: Readonly<Record<string, number>>;
}

/** How units lie beside each other. */
export interface Lie {
  readonly units: number;
  /** Units that belong together, from `start` to `end − 1`: those of a layer; whole ones that the same layers make. */
  readonly groups: readonly { readonly start: number; readonly end: number }[];
  /** Of taps, the kernels that they are places of. Empty for all others. */
  readonly kernels: readonly Kernels[];
}

/**
 * The kernels of a weight, an input by an output channel each: the unit at place p of the kernel of input i and output o is
 * `start + (p·inputs + i)·outputs + o`.
 */
export interface Kernels {
  readonly start: number;
  readonly places: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** A run of numbers of a parameter that start alike. */
export interface Block {
  readonly size: number;
  readonly fanIn: number;
}

/** How the gates of a statement stand. */
export interface Setting extends Lie {
  /** What its arguments have come to. */
  readonly args: Readonly<Record<string, number>>;
  /** Share of the units that is closed; 0 where the kind takes none. */
  readonly share: number;
  /** Whether its training is over. */
  readonly settled: boolean;
}

/** The gates of one step of training. */
export interface Drawn {
  /** What every unit is multiplied by, or its deviation: one row after the other. */
  readonly z: Float32Array;
  /** Adds ∂L/∂φ of every parameter φ to `into`, from ∂L/∂z. */
  back(dz: Float64Array, into: Params): void;
}

/** What a module gives for the examples of a layer: a row of the units of its group for each. */
export interface Attended {
  readonly z: Float32Array;
  /** Adds ∂L/∂φ of every parameter φ to `into`, from ∂L/∂z; gives that of the activations. */
  back(dz: Float32Array, into: Params): Float32Array;
}

/** An argument: a number in its range, which may move in the training where it says so. */
export interface GateArgument {
  readonly usual: number | { readonly from: number; readonly to: number; readonly curve: "exponential" };
  readonly least: number;
  readonly most: number;
  /** Whether the ends of the range are left out. */
  readonly open?: true;
  readonly moves?: true;
  /** Whether it stays what it was when the gates were made: parameters are laid out by it. */
  readonly fixed?: true;
}

/** Scores that a gate may give to criteria. */
export const gateScores = ["gate", "alpha", "snr"] as const;
export type GateScore = (typeof gateScores)[number];
export const isGateScore = (name: string): name is GateScore => gateScores.some((one) => one === name);

/**
 * All that there is to know of a kind of gate. The network computes with w·z; `z` is drawn anew in every step of training and is
 * `test` everywhere else.
 */
export interface GateKind {
  /** What it may guard: whole units (filters, neurons, channels), single weights and groups of them, single weights alone, taps alone, or either of the first two. */
  readonly guards: "units" | "weights" | "single weights" | "taps" | "either";
  /**
   * How a draw acts. `batch`: one z multiplies the weights, the same for all examples. `example`: what a layer reads is multiplied by
   * a z of each example; where that cannot be (`reads.ts`) one more multiplies the weights. `deviation`: z·ε is added to each weight,
   * ε standard normal; where the layer allows it (`reads.ts`) what that does to its sums is drawn instead, for every place of the
   * output by itself (local reparametrisation; Kingma, Salimans, Welling 2015), else it is drawn once for the batch. `activations`: what
   * a layer reads is multiplied by what `attend` makes of it, example by example; where that cannot be, the z of the draw multiplies
   * the weights.
   */
  readonly draws: "batch" | "example" | "deviation" | "activations";
  /**
   * Whether the weights are among its parameters: `w`, the value of each, stands beside them where its term and its scores are asked,
   * and what is added to the slope of `w` goes to the weights. For single weights only.
   */
  readonly ofWeights: boolean;
  readonly args: Readonly<Record<string, GateArgument>>;
  /** Whether it takes the share of the units that shall be closed (`to 50%`), ranked within layers. */
  readonly takesShare: boolean;
  /** Whether what it guards does not train beside it. */
  readonly freezes: boolean;
  /** Its parameters, each with its value at the start. */
  readonly params: Readonly<Record<string, (unit: UnitStart) => number>>;
  /** Parameters that are no number for every unit: the blocks of each, one after the other. */
  readonly blocks?: Readonly<Record<string, (lie: Lie, args: Setting["args"]) => readonly Block[]>>;
  /** What it keeps for every unit beside its parameters, with the value at the start: no gradient trains it. */
  readonly kept?: Readonly<Record<string, number>>;
  /**
   * z, and the way back: `rows` times as many as there are units. `uniform` is a draw of the step in (0, 1) for every unit of a row,
   * the same however often it is asked.
   */
  draw(params: Params, setting: Setting, uniform: (unit: number, row: number) => number, rows: number): Drawn;
  /** Of kinds that draw by `activations`: z of the units of a group for `rows` examples, from the mean of each over its places. */
  attend?(params: Params, setting: Setting, group: number, means: Float32Array, rows: number): Attended;
  /** Of the same: told after a step what z was on average over the examples, NaN for units that nobody read. */
  note?(params: Params, mean: Float32Array): void;
  /** What ∂L/∂z is summed from over the weights of a unit: g·w, or g·sgn(w), where small weights shall not be favoured. */
  readonly through: "weights" | "signs";
  /** What one unit adds to the loss, null for nothing; `strength` multiplies it. */
  readonly term: GateTerm | null;
  /** z outside of training. */
  test(params: Params, setting: Setting): Float32Array;
  readonly scores: Readonly<Partial<Record<GateScore, UnitScore>>>;
  /** Puts parameters back into their range after an update. */
  clamp?(params: Params): void;
  /** Before a further training of the same statement. */
  again?(params: Params, args: Setting["args"]): void;
}

/** A score of every unit, and the way back from it: penalties over gates differentiate it. */
export interface UnitScore {
  of(params: Params, setting: Setting): Float32Array;
  /** Adds ∂L/∂φ of every parameter φ to `into`, from ∂L/∂score. Null where it has no slope. */
  readonly back: ((slope: Float64Array, params: Params, setting: Setting, into: Params) => void) | null;
}

export interface GateTerm {
  /** Whether it counts once for every weight that goes with the unit, or once for the unit. */
  readonly per: "weight" | "unit";
  /**
   * Whether it is part of a bound on the evidence of all data: divided by the number of training examples then, since the loss is the
   * mean over them. A strength of 1 is the bound itself.
   */
  readonly bound: boolean;
  /** The strength where none is written. */
  readonly usual: number;
  /** Σ weight · term over the units; adds its slopes to `into`. */
  add(params: Params, setting: Setting, weight: Float64Array, into: Params): number;
}

export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** An array of a parameter. @throws Error where a kind has none of this name */
export function param(params: Params, name: string): Float32Array {
  const found = params[name];
  if (found === undefined) throw new Error(`the gates have no \`${name}\``);
  return found;
}

/** A score that is a function of one parameter of the unit, with its slope: the parameter itself unless given. */
export function scoreOf(
  name: string,
  value: (x: number, setting: Setting) => number = (x) => x,
  slopeAt: (x: number, setting: Setting) => number = () => 1,
): UnitScore {
  return {
    of: (params, setting) => param(params, name).map((x) => value(x, setting)),
    back(slope, params, setting, into) {
      const [values, own] = [param(params, name), param(into, name)];
      for (let i = 0; i < own.length; i++)
        own[i] = (own[i] ?? 0) + (slope[i] ?? 0) * slopeAt(values[i] ?? 0, setting);
    },
  };
}

/** A term that is a function of one parameter of the unit, with its slope. It weighs nothing where no strength is written. */
export const termOf = (
  name: string,
  value: (x: number) => number,
  slopeAt: (x: number) => number,
): GateTerm => ({
  per: "unit",
  bound: false,
  usual: 0,
  add(params, _, weight, into) {
    const [values, slope] = [param(params, name), param(into, name)];
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      const [x, w] = [values[i] ?? 0, weight[i] ?? 0];
      total += w * value(x);
      slope[i] = (slope[i] ?? 0) + w * slopeAt(x);
    }
    return total;
  },
});

/** An argument's value. @throws Error where there is none of this name */
export function arg({ args }: Pick<Setting, "args">, name: string): number {
  const found = args[name];
  if (found === undefined) throw new Error(`the gates have no argument \`${name}\``);
  return found;
}
