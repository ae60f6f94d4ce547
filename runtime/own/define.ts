import type { Tensor } from "@tensorflow/tfjs-core";
import type { RefitLayer, RefitValues } from "../../core/compensate/own.js";
import type { OfWeights, PenaltyRead, ScoreRead } from "../../core/expr/own.js";
import type { toolkit } from "../toolkit.js";
import type { Batch, Dense } from "../types.js";
import type { WatchedNetwork } from "../watch/types.js";

/** The copy of TensorFlow.js that trains: tensors of another copy cannot be computed with here. */
export type Tools = Pick<typeof toolkit, "tf">;

/**
 * A loss. `yTrue` and `yPred` are tensors of the output's shape, the batch axis first; class indices come as one-hot rows, and
 * `yPred` is what the network gives, behind its last activation. It gives a scalar, or one number for each example (or each
 * position of it): a tensor of the leading axes of the output, whose mean is minimized. It is differentiated, so it has to compute by operations of
 * `tf` alone, and at once: no `async`. `tools` are given to functions that name a third parameter.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, tools: Tools) => Tensor;

/**
 * A metric: measured on held-out data beside loss and accuracy, never differentiated. It is given what a loss is given, and gives a
 * number, a scalar, or one number for each example (or position). What is reported is the mean over all examples; of a number for a
 * whole batch, the mean of the batches, each by its examples. Weights of examples do not count in it.
 */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor, tools: Tools) => Tensor | number;

/** A name of the language as JavaScript has it: `fan-in` is `fanIn`. */
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Tail>}`
  : Name;

/** What a definition takes from its call, with the values where the call says nothing: `takes: { damping: 0.1 }`. */
export type Taken = Readonly<Record<string, number | string>>;

/** The same of gates: numbers alone, which may move while the gates train. */
export type TakenNumbers = Readonly<Record<string, number>>;

type Widened<Value> = Value extends number ? number : string;

/** What a call gave, else the usual values. */
export interface Given<Takes extends Taken> {
  readonly args: { readonly [Name in keyof Takes]: Widened<Takes[Name]> };
}

/** The units of one layer. */
export interface LayerUnits {
  /** Path of the layer. */
  readonly layer: string;
  readonly units: number;
  /** Weights of a unit. Units at an edge (`blocks`, `strided`) may have fewer, and zeros in their place. */
  readonly size: number;
}

/**
 * What scores units, lowest first, as `by NAME`. `score` is called once for each layer that makes the units (for `channels`: that
 * reads them), at once and without `async`. Of what is known of every weight it is given `units` rows of `size` numbers, in one array; of
 * what is known of a unit, an array of `units` numbers. It gives a number for every unit, or one for every weight, which are added up
 * over the unit. None of a living unit may be NaN.
 */
export interface CriterionDefinition<Reads extends ScoreRead = ScoreRead, Takes extends Taken = Taken> {
  /** The values that it is given, by their names in the language: `check` knows by them what it costs. At least one. */
  readonly reads: readonly Reads[];
  /** Numbers and texts that programs may give it, `by fisher(damping: 0.1)`, and what they are where they do not. */
  readonly takes?: Takes;
  score(
    values: { readonly [Name in Reads as Camel<Name>]: Name extends OfWeights ? Float32Array : Float64Array },
    units: LayerUnits & { /** By unit: 1 where it lives. */ readonly living: Uint8Array } & Given<Takes> &
      Tools,
  ): ArrayLike<number>;
}

/** A criterion of whatever it reads. */
export interface AnyCriterion {
  readonly reads: readonly ScoreRead[];
  readonly takes?: Taken;
  score(values: never, units: never): ArrayLike<number>;
}

/**
 * A term of the loss, as `penalize … by NAME`. `penalty` is called in every step of training, once for each layer that makes the
 * units, with tensors of shape `[units, size]` that hold the living (or chosen) units, and gives a scalar, which is added up over the layers
 * and multiplied by the strength. It is differentiated by `w` and `dw`, so it computes by operations of `tf` alone, and at once.
 */
export interface PenaltyDefinition<Reads extends PenaltyRead = PenaltyRead, Takes extends Taken = Taken> {
  /** The values that it is given: `w`, `dw` (change since start), `w0` (at start), `m` (momentum). `w` or `dw` is among them. */
  readonly reads: readonly Reads[];
  /** Numbers and texts that programs may give it, `by ripple(period: 0.5)`, and what they are where they do not. */
  readonly takes?: Takes;
  penalty(values: { readonly [Name in Reads]: Tensor }, units: LayerUnits & Given<Takes> & Tools): Tensor;
}

/** A penalty of whatever it reads. */
export interface AnyPenalty {
  readonly reads: readonly PenaltyRead[];
  readonly takes?: Taken;
  penalty(values: never, units: never): Tensor;
}

/** What functions of a gate are given beside the parameters. */
export interface GateTools<Takes extends TakenNumbers = TakenNumbers> extends Tools, Given<Takes> {
  /** How many units are guarded. */
  readonly units: number;
  /** A draw in (0, 1) for every unit, the same in every run of a seed; ½ for all of them outside of the draw of a training step. */
  readonly uniform: Tensor;
}

/** A function of a gate: tensors of a number for every unit, and so is what it gives. It is differentiated by them. */
type OfGate<Param extends string, Takes extends TakenNumbers> = (
  params: { readonly [Name in Param]: Tensor },
  tools: GateTools<Takes>,
) => Tensor;

/**
 * A kind of gate, as `learn masks on … by NAME`: what it guards is multiplied by it. Its functions compute by operations of `tf`
 * alone, and at once. It may guard whatever gates may guard.
 */
export interface GateDefinition<Param extends string = string, Takes extends TakenNumbers = TakenNumbers> {
  /** What trains for every unit, by names of small letters, each from this value. At least one. */
  readonly params: Readonly<Record<Param, number>>;
  /**
   * Numbers that programs may give it, `by mine(temperature: 1 -> 50 exponential)`, and what they are where they do not. Of one that
   * moves the functions are given the value of the step; once the training is over, that of its last step.
   */
  readonly takes?: Takes;
  /** What multiplies in a step of training. */
  readonly gate: OfGate<Param, Takes>;
  /** What multiplies outside of training, and is folded into the weights in the end. Default: `gate` where every draw is ½. */
  readonly test?: OfGate<Param, Takes>;
  /** What each living unit adds to the loss, times `strength`. Without it no `strength` may be written. */
  readonly term?: OfGate<Param, Takes>;
  /** What `gate` is in scores and penalties. Default: `test`. */
  readonly score?: OfGate<Param, Takes>;
}

/** A gate of whatever parameters. */
export interface AnyGate {
  readonly params: Readonly<Record<string, number>>;
  readonly takes?: TakenNumbers;
  readonly gate: (params: never, tools: never) => Tensor;
  readonly test?: (params: never, tools: never) => Tensor;
  readonly term?: (params: never, tools: never) => Tensor;
  readonly score?: (params: never, tools: never) => Tensor;
}

/**
 * What makes up for weights that went, as `compensating by NAME`. `compensate` is called once for each layer that lost weights while its
 * outputs stay, in the order of the network, the layers in front of it re-fitted. It gives the weights that the layer is to have, all
 * `rows` × `outputs` of them as they lie in `weights`; those that may not change (`free` 0) are not looked at. None of the others may be NaN
 * or infinite. To change nothing, it gives `weights`.
 */
export interface CompensationDefinition<Takes extends Taken = Taken> {
  /**
   * What the layer reads, in the sums that it is given: `"now"`, with what was taken and re-fitted in front of it (calibration batches
   * pass twice for each layer), or `"before"`, as if nothing had gone yet (once). Default `"now"`.
   */
  readonly on?: "now" | "before";
  /** Seconds that a layer may take where it promises. Default 600. */
  readonly seconds?: number;
  /**
   * Numbers and texts that programs may give it, `compensating by mine(ridge: 0.1)`, and what they are where they do not. `points` is
   * none of them: it says of every compensation how many places of an example are drawn.
   */
  readonly takes?: Takes;
  compensate(
    values: RefitValues,
    layer: RefitLayer & Given<Takes> & Tools,
  ): ArrayLike<number> | Promise<ArrayLike<number>>;
}
export type { RefitLayer, RefitValues };

/** A compensation of whatever it takes. */
export interface AnyCompensation {
  readonly on?: "now" | "before";
  readonly seconds?: number;
  readonly takes?: Taken;
  compensate(values: never, layer: never): ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** Random numbers of a step, the same in every run of a seed. */
export interface StepRandom {
  /** In [0, 1). */
  uniform(): number;
  /** Of mean 0 and variance 1. */
  normal(): number;
  /** A whole number from 0 to n − 1. */
  integer(n: number): number;
}

/** What a step works on. */
export interface StepSession<Takes extends Taken = Taken> extends Tools, Given<Takes> {
  /** The network as it stands, with its masks. */
  readonly network: WatchedNetwork;
  /**
   * Sets a weight, by its key. What is dead in it stays 0 once the step is done, and what learned gates guard cannot be set.
   * @throws RangeError where there is no such weight, for another number of values, for values that are no numbers
   */
  setWeight(key: string, values: ArrayLike<number>): void;
  /** Training batches, drawn as for scores. */
  batches(count: number): AsyncIterable<Batch>;
  /** Mean loss over a batch, and its gradients by weight key. */
  gradients(batch: Batch): { readonly loss: number; readonly gradients: ReadonlyMap<string, Float32Array> };
  readonly random: StepRandom;
}
export type { Batch, Dense };

/** A statement that acts once where it is called, as `NAME()`. It may set weights, and may not bring back what masks hold dead. */
export interface StepDefinition<Takes extends Taken = Taken> {
  /** Seconds that what it promises may take. Default 600. */
  readonly seconds?: number;
  /** Numbers and texts that programs may give it, `refit(rounds: 3)`, and what they are where they do not. */
  readonly takes?: Takes;
  act(session: StepSession<Takes>): void | Promise<void>;
}

/**
 * A loss for `use loss NAME from "./file.js"` or the option `losses`, with its types: gives `compute` back.
 *
 *     export const bounded = defineLoss((yTrue, yPred, { tf }) =>
 *       tf.tanh(tf.mean(tf.square(tf.sub(yPred, yTrue)), -1)));
 */
export const defineLoss = (compute: LossFunction): LossFunction => compute;

/**
 * A metric for `use metric NAME from "./file.js"` or the option `metrics`, with its types: gives `compute` back.
 *
 *     export const worst = defineMetric((yTrue, yPred, { tf }) => tf.max(tf.abs(tf.sub(yPred, yTrue)), -1));
 */
export const defineMetric = (compute: MetricFunction): MetricFunction => compute;

/**
 * A criterion for `use criterion NAME from "./file.js"` or the option `criteria`, with its types: gives it back.
 *
 *     export const fisher = defineCriterion({
 *       reads: ["w", "g"],
 *       takes: { damping: 0 },
 *       score: ({ w, g }, { args }) => w.map((one, i) => one ** 2 * (g[i] ** 2 + args.damping)),
 *     });
 */
export const defineCriterion = <const Reads extends ScoreRead, Takes extends Taken = Record<never, number>>(
  definition: CriterionDefinition<Reads, Takes>,
): CriterionDefinition<Reads, Takes> => definition;

/**
 * A penalty for `use penalty NAME from "./file.js"` or the option `penalties`, with its types: gives it back.
 *
 *     export const ripple = definePenalty({
 *       reads: ["w"],
 *       penalty: ({ w }, { tf }) => tf.sum(tf.square(tf.sin(w))),
 *     });
 */
export const definePenalty = <const Reads extends PenaltyRead, Takes extends Taken = Record<never, number>>(
  definition: PenaltyDefinition<Reads, Takes>,
): PenaltyDefinition<Reads, Takes> => definition;

/**
 * A gate for `use gate NAME from "./file.js"` or the option `gates`, with its types: gives it back.
 *
 *     export const soft = defineGate({
 *       params: { s: 2 },
 *       takes: { temperature: 1 },
 *       gate: ({ s }, { args, tf }) => tf.sigmoid(tf.mul(args.temperature, s)),
 *       term: ({ s }, { tf }) => tf.sigmoid(s),
 *     });
 */
export const defineGate = <const Param extends string, Takes extends TakenNumbers = Record<never, number>>(
  definition: GateDefinition<Param, Takes>,
): GateDefinition<Param, Takes> => definition;

/**
 * A compensation for `use compensation NAME from "./file.js"` or the option `compensations`, with its types: gives it back.
 *
 *     // Biases get what outputs miss in the mean.
 *     export const shift = defineCompensation({
 *       takes: { share: 1 },
 *       compensate: ({ weights, missing }, { rows, outputs, bias, samples, args }) =>
 *         weights.map((w, at) => bias && at >= (rows - 1) * outputs ? w + (args.share * missing[at]) / samples : w),
 *     });
 */
export const defineCompensation = <Takes extends Taken = Record<never, number>>(
  definition: CompensationDefinition<Takes>,
): CompensationDefinition<Takes> => definition;

/**
 * A step for `use step NAME from "./file.js"` or the option `steps`, with its types: gives it back.
 *
 *     export const halve = defineStep({
 *       act: ({ network, setWeight }) => setWeight("dense/kernel", network.weight("dense/kernel").map((w) => w / 2)),
 *     });
 */
export const defineStep = <Takes extends Taken = Record<never, number>>(
  definition: StepDefinition<Takes>,
): StepDefinition<Takes> => definition;
