import type { BackendName } from "../types.js";
import type { tf } from "./tf.js";

/** What a caller asks of `openBackend`. */
export interface BackendOptions {
  /** `auto` (default): tfjs-node when it is installed and survives its trial, else wasm, else cpu; in a page WebGPU and WebGL where they are registered and all their kernels check right, else wasm, else cpu. */
  readonly backend?: BackendName | "auto" | undefined;
  /** Worker threads of the wasm backend, at most one a processor; default 1. Other backends take no notice, and say so. */
  readonly threads?: number | undefined;
}

/** An opened backend. There is one per process: opening another one switches the engine to it. */
export interface Backend {
  readonly name: BackendName;
  /** Threads kernels run on; NaN where the backend does not tell (tfjs-node, GPUs). */
  readonly threads: number;
  /** One line for people: `wasm (SIMD, 1 thread)`. */
  readonly description: string;
  readonly ops: FusedOps;
  /** Layer classes this backend cannot train right, with the reason. Empty when all is well. */
  readonly refusals: readonly Refusal[];
  /** What the start-up check of the training kernels found. */
  readonly checks: readonly KernelCheck[];
  /** Backends that `auto` tried before this one. */
  readonly skipped: readonly SkippedBackend[];
  /** What a run should tell its user of the choice: kernels switched off, an installed backend that does not open. */
  readonly notes: readonly string[];
  /**
   * Gives the variable the values of `data` by the cheapest way. The array stays the caller's; tensors that shared the
   * variable's memory (clones, reshapes) keep the old values.
   */
  assign(variable: tf.Variable, data: Float32Array): void;
  /** The values of a tensor, for reading only; they stay valid after the tensor is disposed. */
  read(t: tf.Tensor): Float32Array;
}

/** What a pack hands to `openBackend`, which adds the self-check and what led to the choice. */
export type OpenedBackend = Omit<Backend, "checks" | "refusals" | "skipped" | "notes"> &
  Partial<Pick<Backend, "notes">>;

export interface SkippedBackend {
  readonly name: BackendName;
  readonly reason: string;
}

export interface Refusal {
  /** Class names of tfjs-layers that need the kernel. */
  readonly classNames: readonly string[];
  /** `any`: wrong in inference too. */
  readonly pass: "training" | "any";
  /** What is wrong, as part of a sentence: `the gradient of MaxPool is wrong on this machine`. */
  readonly reason: string;
}

export interface KernelCheck {
  /** The name of the kernel or fused op, as `Conv2DBackpropFilter`. */
  readonly kernel: string;
  readonly ok: boolean;
  /** Largest difference from the known values, relative to the largest of them; NaN when the kernel threw. */
  readonly error: number;
  /** The message of what it threw. */
  readonly thrown?: string;
}

export type Pair = readonly [number, number];
export type Padding = "same" | "valid";

/**
 * Differentiable ops for the executor; each backend supplies its best. Call them inside `tf.tidy` like ops of
 * tfjs-core. Channels are the last axis everywhere.
 */
export interface FusedOps {
  /**
   * `x` [n, h, w, c] with `kernel` [kh, kw, c, out], plus `bias` [out]. Differentiable for dilations above 1 too
   * (tfjs-core is not); strides and dilations must not both exceed 1.
   */
  conv2d(
    x: tf.Tensor4D,
    kernel: tf.Tensor4D,
    bias: tf.Tensor1D | null,
    strides: Pair,
    pad: Padding,
    dilations: Pair,
  ): tf.Tensor4D;
  /** `x` [n, h, w, c] with `kernel` [kh, kw, c, multiplier]; output channel `o = c·multiplier + q`. */
  depthwiseConv2d(
    x: tf.Tensor4D,
    kernel: tf.Tensor4D,
    bias: tf.Tensor1D | null,
    strides: Pair,
    pad: Padding,
    dilations: Pair,
  ): tf.Tensor4D;
  /** `x` [..., in] times `kernel` [in, out] plus `bias` [out]. */
  dense(x: tf.Tensor, kernel: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor;
  /** Adds `bias` [c] along the last axis of `x` (rank 2 to 5). */
  biasAdd<T extends tf.Tensor>(x: T, bias: tf.Tensor1D): T;
  /**
   * Batch normalization with the statistics of `x` over all but the last axis (rank 2 to 5).
   * `gamma` null means 1, `beta` null means 0. `variance` is the biased one, which normalises here and which
   * tfjs-layers feeds to the moving variance. `mean` and `variance` [c] carry no gradient.
   */
  batchNormTrain<T extends tf.Tensor>(
    x: T,
    gamma: tf.Tensor1D | null,
    beta: tf.Tensor1D | null,
    epsilon: number,
  ): BatchNormResult<T>;
  /** Batch normalization with given statistics [c]. Differentiable in x, gamma and beta. */
  batchNormInference<T extends tf.Tensor>(
    x: T,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    gamma: tf.Tensor1D | null,
    beta: tf.Tensor1D | null,
    epsilon: number,
  ): T;
  relu<T extends tf.Tensor>(x: T): T;
  relu6<T extends tf.Tensor>(x: T): T;
  /** Mean over all axes but the first and the last: [n, ..., c] to [n, c] (rank 3 to 5). */
  globalAveragePool(x: tf.Tensor): tf.Tensor2D;
  /** Mean cross-entropy of `logits` [n, classes] against class indices `labels` (int32) [n]. */
  softmaxCrossEntropySparse(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar;
  /** Mean cross-entropy of `logits` [n, classes] against `targets` [n, classes]; a row counts by the sum of its targets. */
  softmaxCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar;
}

export interface BatchNormResult<T extends tf.Tensor> {
  readonly y: T;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}
