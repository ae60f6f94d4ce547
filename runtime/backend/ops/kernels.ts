import { tf } from "../tf.js";

/** Kernels of ours that a pack registers under its backend's name. Their gradients are registered once for all. */
export const BATCH_NORM = "EspalierBatchNorm";
export const BATCH_NORM_GRAD = "EspalierBatchNormGrad";
export const RELU = "EspalierRelu";
export const RELU_GRAD = "EspalierReluGrad";
export const RELU6 = "EspalierRelu6";
export const RELU6_GRAD = "EspalierRelu6Grad";
export const CROSS_ENTROPY = "EspalierCrossEntropy";
export const CROSS_ENTROPY_SPARSE = "EspalierCrossEntropySparse";

let registered = false;

/** Registers how the kernels are differentiated. Shared sums are computed before the closures: each runs in a scope of its own. */
export function registerGradients(): void {
  if (registered) return;
  registered = true;
  tf.registerGradient({
    kernelName: BATCH_NORM,
    inputsToSave: ["x", "gamma"],
    // y is not needed; what follows is mean, variance and, on some backends, a reserve of theirs.
    outputsToSave: [false, true, true, true],
    gradFunc(upstream, [x, gamma, mean, variance, reserve], attrs) {
      const inputs = present({ dy: first(upstream), x, gamma, mean, variance, reserve });
      const [dx, dGamma, dBeta] = tf.engine().runKernel<tf.Tensor[]>(BATCH_NORM_GRAD, inputs, attrs);
      return { x: () => first(dx), gamma: () => first(dGamma), beta: () => first(dBeta) };
    },
  });
  for (const [kernelName, gradient] of [
    [RELU, RELU_GRAD],
    [RELU6, RELU6_GRAD],
  ] as const) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [],
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({ x: () => tf.engine().runKernel(gradient, present({ dy: first(dy), y })) }),
    });
  }
  for (const kernelName of [CROSS_ENTROPY, CROSS_ENTROPY_SPARSE]) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [],
      outputsToSave: [false, true],
      gradFunc: (dy, slope) => ({ logits: () => tf.mul(first(dy), first(slope)) }),
    });
  }
}

function present(tensors: Readonly<Record<string, tf.Tensor | undefined>>): tf.NamedTensorMap {
  const map: tf.NamedTensorMap = {};
  for (const [name, t] of Object.entries(tensors)) if (t !== undefined) map[name] = t;
  return map;
}

function first(given: tf.Tensor | readonly tf.Tensor[] | undefined): tf.Tensor {
  const [t] = given instanceof tf.Tensor ? [given] : (given ?? []);
  if (t === undefined) throw new Error("the engine passed too few tensors to a gradient");
  return t;
}
