import { avgPool3DGrad, avgPoolGrad } from "./avg-pool-grad.js";
import { batchNorm, batchNormGrad } from "./batch-norm.js";
import { add, fusedBatchNorm, multiply, subtract } from "./channel-arithmetic.js";
import type { KernelDefinition } from "./context.js";
import { conv2DBackpropFilter } from "./conv-2d-backprop-filter.js";
import { conv2DBackpropInput } from "./conv-2d-backprop-input.js";
import { conv3DBackpropFilter, conv3DBackpropInput } from "./conv-3d-gradients.js";
import { crossEntropy, crossEntropySparse } from "./cross-entropy.js";
import { depthwiseBackpropFilter } from "./depthwise-backprop-filter.js";
import { depthwiseBackpropInput } from "./depthwise-backprop-input.js";
import { mean, sum } from "./leading-reduction.js";
import { batchMatMul, fusedMatMul } from "./mat-mul.js";
import { maxPool3D, maxPool3DGrad } from "./max-pool-3d.js";
import { maxPoolGrad } from "./max-pool-grad.js";
import { avgPool, maxPool } from "./pool.js";
import { relu, relu6, relu6Grad, reluGrad } from "./relu.js";
import { unsortedSegmentSum } from "./unsorted-segment-sum.js";

/** Kernels that the wasm package lacks, computes wrongly or computes slowly. */
export const wasmKernels: readonly KernelDefinition[] = [
  add,
  avgPool,
  avgPool3DGrad,
  avgPoolGrad,
  batchMatMul,
  batchNorm,
  batchNormGrad,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv3DBackpropFilter,
  conv3DBackpropInput,
  crossEntropy,
  crossEntropySparse,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  fusedBatchNorm,
  fusedMatMul,
  maxPool,
  maxPool3D,
  maxPool3DGrad,
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
