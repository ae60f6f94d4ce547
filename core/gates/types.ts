/** Arrays by parameter, a number for every unit that is guarded. */
export type Params = Readonly<Record<string, Float32Array>>;

/** What is known of one unit when its gate is made. */
export interface UnitStart {
  /** Draws of the unit's own: standard normal, and uniform in [0, 1). */
  readonly normal: number;
  readonly uniform: number;
  /** Weights that one output of its layer sums over. */
  readonly fanIn: number;
  readonly args: Readonly<Record<string, number>>;
}

/** How the gates of a statement stand. */
export interface Setting {
  /** What its arguments have come to. */
  readonly args: Readonly<Record<string, number>>;
  /** Share of the units that is closed; 0 where the kind takes none. */
  readonly share: number;
  /** Whether its training is over. */
  readonly settled: boolean;
  /** Units that are ranked together: from `start` to `end − 1`. */
  readonly groups: readonly { readonly start: number; readonly end: number }[];
}

/** The gates of one step of training. */
export interface Drawn {
  /** What every unit is multiplied by, or its deviation: one row after the other. */
  readonly z: Float32Array;
  /** Adds ∂L/∂φ of every parameter φ to `into`, from ∂L/∂z. */
  back(dz: Float64Array, into: Params): void;
}

/** An argument: a number in its range, which may move in the training where it says so. */
export interface GateArgument {
  readonly usual: number | { readonly from: number; readonly to: number; readonly curve: "exponential" };
  readonly least: number;
  readonly most: number;
  /** Whether the ends of the range are left out. */
  readonly open?: true;
  readonly moves?: true;
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
  /** What it may guard: whole units (filters, neurons, channels), single weights and groups of them, single weights alone, or either. */
  readonly guards: "units" | "weights" | "single weights" | "either";
  /**
   * How a draw acts. `batch`: one z multiplies the weights, the same for all examples. `example`: what a layer reads is multiplied by
   * a z of each example; where that cannot be (`reads.ts`) one more multiplies the weights. `deviation`: z·ε is added to each weight,
   * ε standard normal; where the layer allows it (`reads.ts`) what that does to its sums is drawn instead, for every place of the
   * output by itself (local reparametrisation; Kingma, Salimans, Welling 2015), else it is drawn once for the batch.
   */
  readonly draws: "batch" | "example" | "deviation";
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
  /**
   * z, and the way back: `rows` times as many as there are units. `uniform` is a draw of the step in (0, 1) for every unit of a row,
   * the same however often it is asked.
   */
  draw(params: Params, setting: Setting, uniform: (unit: number, row: number) => number, rows: number): Drawn;
  /** What ∂L/∂z is summed from over the weights of a unit: g·w, or g·sgn(w), where small weights shall not be favoured. */
  readonly through: "weights" | "signs";
  /** What one unit adds to the loss, null for nothing; `strength` multiplies it. */
  readonly term: GateTerm | null;
  /** z outside of training. */
  test(params: Params, setting: Setting): Float32Array;
  readonly scores: Readonly<Partial<Record<GateScore, (params: Params, setting: Setting) => Float32Array>>>;
  /** Puts parameters back into their range after an update. */
  clamp?(params: Params): void;
  /** Before a further training of the same statement. */
  again?(params: Params, args: Setting["args"]): void;
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

/** An argument's value. @throws Error where there is none of this name */
export function arg({ args }: Pick<Setting, "args">, name: string): number {
  const found = args[name];
  if (found === undefined) throw new Error(`the gates have no argument \`${name}\``);
  return found;
}
