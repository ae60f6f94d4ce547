import { kernel, registerKernels, type Kernels } from "../device.js";
import { CROSS_ENTROPY_SPARSE, RELU, RELU6, RELU6_GRAD, RELU_GRAD } from "../ops/kernels.js";
import { tf } from "../tf.js";
import { batchNormalization } from "./batch-norm.js";
import { mendKernels } from "./mended.js";
import { attributesOf, type NativeBackend, type Tensors } from "./native.js";

let installed = false;

/** Registers our kernels: the mended ones, and those on TensorFlow's fused ops, for a batch normalization of small ops costs three times more. */
export function installNativeKernels(native: NativeBackend): void {
  if (installed) return;
  installed = true;
  mendKernels(tf, "tensorflow");
  registerKernels("tensorflow", native, kernels);
}

/** One op of TensorFlow on float tensors. */
const oneOp = <Names extends string>(op: string, ...names: readonly Names[]) =>
  kernel<Tensors<Names>, object, NativeBackend>((inputs, _attrs, native) => {
    const attrs = [attributesOf(native.binding).float("T")];
    const given = names.map((name) => inputs[name]);
    const [result] = native.executeMultipleOutputs(op, attrs, given, 1);
    if (result === undefined) throw new Error(`${op} has one output`);
    return result;
  });

const CROSS_ENTROPY_OP = "SparseSoftmaxCrossEntropyWithLogits";

/** Mean loss and its gradient by the logits from one op of TensorFlow. */
const crossEntropySparse = kernel<Tensors<"logits" | "labels">, object, NativeBackend>(
  ({ logits, labels }, _attrs, native) =>
    tf.tidy(() => {
      const attribute = attributesOf(native.binding);
      const attrs = [attribute.float("T"), attribute.int32("Tlabels")];
      const [losses, slopes] = native.executeMultipleOutputs(CROSS_ENTROPY_OP, attrs, [logits, labels], 2);
      if (!losses || !slopes) throw new Error(`${CROSS_ENTROPY_OP} has two outputs`);
      const [n = 1] = logits.shape;
      return [tf.mean(losses), tf.div(slopes, n)];
    }),
);

const kernels: Kernels<NativeBackend> = {
  ...batchNormalization,
  [CROSS_ENTROPY_SPARSE]: crossEntropySparse,
  [RELU]: oneOp("Relu", "x"),
  [RELU6]: oneOp("Relu6", "x"),
  [RELU_GRAD]: oneOp("ReluGrad", "dy", "y"),
  [RELU6_GRAD]: oneOp("Relu6Grad", "dy", "y"),
};
