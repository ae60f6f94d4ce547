import type { LossName } from "../core/ir/types.js";
import type { Network } from "../core/network/types.js";

export type { LossName };

/** What the parts of the runtime hand each other. Masters are typed arrays; tensors live inside the executor only. */

/** The backends of this machine, in the order in which `auto` tries them. */
export const machineBackends = ["node", "wasm", "cpu"] as const;
/** All of them: those on GPUs only where a page has registered one. */
export const backendNames = [...machineBackends, "webgl", "webgpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** One batch as flat arrays; the executor makes the tensors. Image bytes arrive scaled to 0..1 floats. */
export interface Batch {
  readonly inputs: readonly Dense[];
  /** Class indices (`int32`, one a row, or one a position of it) or dense targets. One per network output. */
  readonly targets: readonly (Dense | Labels)[];
  /** How much every row counts, or every position of it (pixels, time steps), per output; null and unset: all count 1. */
  readonly weights?: readonly (Float32Array | null)[];
  readonly size: number;
}
export interface Dense {
  readonly kind: "dense";
  readonly data: Float32Array;
  /** Batch axis included. */
  readonly shape: readonly number[];
}
export interface Labels {
  readonly kind: "labels";
  readonly data: Int32Array;
  readonly classes: number;
}

/** A function as anybody may have written it; see `own/define.ts` for what each kind is given and gives. */
export type UserFunction = (first: never, second: never, third: never) => unknown;

/** Something in JavaScript: a loss, a metric, or the function of a definition. */
export interface OwnFunction {
  /** As messages call it: "the loss `focal`". */
  readonly what: string;
  /** The id of the `use` that names it; null where none does. */
  readonly id: number | null;
  readonly compute: UserFunction;
  /** The network was compiled with it: it is given what TensorFlow.js gives, and may give what that takes. */
  readonly ofNetwork?: true;
}

/** What is measured beside loss and accuracy. */
export interface Metric {
  readonly name: string;
  /** The output it is of. Unset: each. */
  readonly output?: number;
  readonly own: OwnFunction;
}

/** What is minimized, with what is said of it. */
export interface Loss {
  /** `own`: what a function of the user's gives. Losses are compared as JSON: `own.what` tells two of them apart. */
  readonly name: LossName | "own";
  readonly own?: OwnFunction;
  /**
   * Of the cross-entropies: the share of every target, 0 ≤ s < 1, that is spread evenly over the K classes (the two
   * sides of a binary one): t·(1 − s) + s/K (Szegedy et al. 2016, section 7). Default 0.
   */
  readonly labelSmoothing?: number;
  /** Of the cross-entropies: how much each class counts, by its index; a binary one has two. Default: all count 1. */
  readonly classWeights?: readonly number[];
  /** Of the cross-entropy, where scores are taken by it: logits are divided by it. Default 1. */
  readonly temperature?: number;
  /** Of huber: where the square ends and the line begins, δ > 0 (Huber 1964). Default 1. */
  readonly delta?: number;
}

/** What a teacher gives for the batch of a step, and how much that counts. */
export interface Lesson {
  /** One per output of the network, as `Executor.logits` gives them. */
  readonly outputs: readonly Dense[];
  /** What logits are divided by before they are compared. */
  readonly temperature: number;
  /** Of the distance to the teacher, and of the loss beside it, in the sum that is minimized. */
  readonly weight: number;
  readonly beside: number;
}

export interface StepResult {
  readonly loss: number;
  /** Rows whose arg-max (or rounded sigmoid) is right, as the batch weighs them; NaN where accuracy has no meaning. */
  readonly correct: number;
  /** Rows that might be right, as the batch weighs them: all of them where it does not. */
  readonly counted: number;
  /** By weight key, same length as the parameter. Fresh arrays, owned by the caller until the next step. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** In steps under gates that draw for themselves. */
  readonly ofDraws?: DrawnGradients;
}

/** What is measured of a batch beside the loss: sums over its rows. */
export interface MeasuredBatch {
  /** Rows whose class is among the five highest, as the batch weighs them; NaN where there are no more classes, or accuracy has no meaning. */
  readonly top5: number;
  /** In JavaScript, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a training pass adds to the gradients of activations: the slope of a penalty on them. */
export interface Pull {
  /** Layers (indices) whose outputs are looked at. */
  readonly layers: readonly number[];
  /** Layers whose (first) inputs are looked at. */
  readonly readers?: readonly number[];
  /**
   * Called per call of such a layer with its output, or input, channels last; the array lives for the call only. What it gives is called
   * on the way back, when the whole pass forward is done, for the slope at every place.
   */
  slope(
    layer: number,
    activation: Float32Array,
    shape: readonly number[],
    side: "outputs" | "inputs",
  ): () => Float32Array;
}

/** The gates of one step of training. */
export interface DrawnGates {
  /** Of the weights that they multiply, or add noise to. */
  readonly keys: ReadonlySet<string>;
  /** Guarded weights that the network computes with as they are: what guards them acts on what their layers read, or on their sums. */
  readonly bare: ReadonlySet<string>;
  /** The weight that the network computes with, from its master (zero where it is latent). */
  shown(key: string, data: Float32Array): Float32Array;
  /** What the input of a layer (index) is multiplied by along its last axis: a row an example. */
  readonly reads: ReadonlyMap<number, Float32Array>;
  /** Variances of the elements of kernels, by key: what the noise does to the sums of the layer is drawn (`layers/local.ts`). */
  readonly variances: ReadonlyMap<string, Float32Array>;
  /** What the input of a layer (index) is multiplied by where that depends on the input. */
  readonly attended: ReadonlyMap<number, AttendedInput>;
}

/**
 * From the mean of each column of a layer's input over its places, a row of `width` an example, to what the column is multiplied by;
 * `back` takes the gradient of that to the gradient of the means. Called once for every call of the layer.
 */
export type AttendedInput = (
  means: Float32Array,
  rows: number,
) => { readonly z: Float32Array; back(dz: Float32Array): Float32Array };

/** Gradients with respect to what gates drew, beside those of the weights. */
export type DrawnGradients = Pick<DrawnGates, "reads" | "variances">;

/** What a pass shall record besides loss and gradients. */
export interface Observation {
  /** Layers (indices) whose outputs are wanted. */
  readonly layers: readonly number[];
  /** Called per call of such a layer with the activation, its input and (in gradient passes) the gradient; arrays live for the call only. */
  onActivation?(
    layer: number,
    call: number,
    activation: Float32Array,
    shape: readonly number[],
    input: Float32Array,
    inputShape: readonly number[],
  ): void;
  onGradient?(layer: number, call: number, gradient: Float32Array, shape: readonly number[]): void;
}

/** How a pass for scores goes. */
export interface ScoringOptions {
  readonly observe?: Observation | undefined;
  /**
   * What batch norms normalise by: their moving statistics, or those of the batch as in training. With the latter a convolution
   * before a batch norm leaves the loss as it is when its filters are scaled, so that Σ w·∂L/∂w over a filter is 0 but for ε.
   * Default "stored".
   */
  readonly statistics?: "stored" | "batch" | undefined;
  /** Differentiated in place of the losses of the executor, at every output. */
  readonly loss?: Loss | undefined;
}

/** Mean and biased variance of a batch at one call of a batch norm, by the keys of its moving statistics. */
export interface SeenStatistics {
  readonly meanKey: string;
  readonly varianceKey: string;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Runs a network from its masters with fused kernels. */
export interface Executor {
  readonly network: Network;
  /** Copies masters (all, or these keys) into the variables. Call after every change of `data`. */
  upload(keys?: Iterable<string>): void;
  /** Inference. Output tensors read back, one per network output. */
  predict(inputs: readonly Dense[]): Dense[];
  /** The same with logits in place of shares, where an output ends in a soft-max or a sigmoid: what a teacher teaches. */
  logits(inputs: readonly Dense[]): Dense[];
  /** Forward and backward in training mode: batch-norm statistics are updated in the masters and variables; dropout is drawn from (seed, step). `pulls` add to the gradients, not to the loss that is given. `observe` sees this very pass: activations as training has them, gradients without the pulls on outputs. `gates` are those of this step: gradients are of the weights that they show, frozen ones among them included. `lesson`: the loss is the sum with a distance to a teacher. */
  trainStep(
    batch: Batch,
    step: number,
    pulls?: readonly Pull[],
    observe?: Observation,
    gates?: DrawnGates,
    lesson?: Lesson,
  ): StepResult;
  /** Loss and gradients without touching batch-norm statistics and without dropout (scores). `objective` "synflow": sum of outputs on all-ones input with |parameters|. */
  gradients(batch: Batch, objective: "loss" | "synflow", options?: ScoringOptions): StepResult;
  /** Forward, normalising by the statistics of the batch, without dropout: what each batch norm has seen. */
  batchStatistics(batch: Batch): readonly SeenStatistics[];
  /** In inference mode; loss and metrics are sums over the rows. */
  evaluate(batch: Batch, observe?: Observation): Omit<StepResult, "gradients"> & MeasuredBatch;
  dispose(): void;
}
