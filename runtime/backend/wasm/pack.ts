import { batchNorm, batchNormGrad } from "./batch-norm.js";
import { add, fusedBatchNorm, multiply, subtract } from "./channel-arithmetic.js";
import type { KernelDefinition } from "./context.js";
import { conv2DBackpropFilter } from "./conv-2d-backprop-filter.js";
import { conv2DBackpropInput } from "./conv-2d-backprop-input.js";
import { crossEntropy, crossEntropySparse } from "./cross-entropy.js";
import { depthwiseBackpropFilter } from "./depthwise-backprop-filter.js";
import { depthwiseBackpropInput } from "./depthwise-backprop-input.js";
import { mean, sum } from "./leading-reduction.js";
import { batchMatMul, fusedMatMul } from "./mat-mul.js";
import { maxPoolGrad } from "./max-pool-grad.js";
import { avgPool, maxPool } from "./pool.js";
import { relu, relu6, relu6Grad, reluGrad } from "./relu.js";
import { unsortedSegmentSum } from "./unsorted-segment-sum.js";

/** Kernels that the wasm package lacks, computes wrongly or computes slowly. */
export const wasmKernels: readonly KernelDefinition[] = [
  add,
  avgPool,
  batchMatMul,
  batchNorm,
  batchNormGrad,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  crossEntropy,
  crossEntropySparse,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  fusedBatchNorm,
  fusedMatMul,
  maxPool,
  maxPoolGrad,
  mean,
  multiply,
  relu,
  relu6,
  relu6Grad,
  reluGrad,
  subtract,
  sum,
  unsortedSegmentSum,
];
