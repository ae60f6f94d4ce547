import {
  BATCH_NORM,
  BATCH_NORM_GRAD,
  CROSS_ENTROPY_SPARSE,
  RELU,
  RELU6,
  RELU6_GRAD,
  RELU_GRAD,
} from "../ops/kernels.js";
import { tf } from "../tf.js";
import { batchNorm, batchNormGrad } from "./batch-norm.js";
import { crossEntropySparse } from "./cross-entropy.js";
import { mendKernels } from "./mended.js";
import { attributesOf, type NativeBackend } from "./native.js";

/** A kernel on named inputs: what the engine passes, all of them present. */
export type NativeKernel = (
  inputs: (name: string) => tf.TensorInfo,
  attrs: tf.NamedAttrMap,
) => tf.TensorInfo[];

let installed = false;

/** Registers our kernels: the mended ones, and those on TensorFlow's fused ops, for a batch normalization of small ops costs three times more. */
export function installNativeKernels(native: NativeBackend): void {
  if (installed) return;
  installed = true;
  mendKernels(tf, "tensorflow");
  const kernels: Readonly<Record<string, NativeKernel>> = {
    [BATCH_NORM]: batchNorm(native),
    [BATCH_NORM_GRAD]: batchNormGrad(native),
    [CROSS_ENTROPY_SPARSE]: crossEntropySparse(native),
    [RELU]: oneOp(native, "Relu", ["x"]),
    [RELU6]: oneOp(native, "Relu6", ["x"]),
    [RELU_GRAD]: oneOp(native, "ReluGrad", ["dy", "y"]),
    [RELU6_GRAD]: oneOp(native, "Relu6Grad", ["dy", "y"]),
  };
  for (const [kernelName, compute] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc({ inputs, attrs }) {
        const input = (name: string): tf.TensorInfo => {
          const given = inputs[name];
          if (given === undefined) throw new Error(`${kernelName} needs ${name}`);
          return given;
        };
        const outputs = compute(input, attrs ?? {});
        const [only] = outputs;
        return outputs.length === 1 && only !== undefined ? only : outputs;
      },
    });
  }
}

function oneOp(native: NativeBackend, op: string, names: readonly string[]): NativeKernel {
  const attrs = [attributesOf(native.binding).float("T")];
  return (input) => native.executeMultipleOutputs(op, attrs, names.map(input), 1);
}
