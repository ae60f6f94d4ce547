import { kernel, viewAs, type Device, type Inputs, type Kernels } from "../device.js";
import { tf } from "../tf.js";

type Factors = Inputs<"a" | "b", "bias" | "preluActivationWeights">;

/** Multiplies one pair of matrices [1, m, k] and [1, k, n]. */
type Multiply = (a: tf.TensorInfo, b: tf.TensorInfo) => tf.TensorInfo;

/**
 * Products of matrices. The package takes its fast path for one untransposed pair only; its path for the others is
 * 15 to 60 times slower and adds the bias several times. So: transpose first, one pair at a time.
 */
const product = (kernelName: "BatchMatMul" | "_FusedMatMul") =>
  kernel<Factors, tf.BatchMatMulAttrs>(({ a, b, ...fused }, { transposeA, transposeB, ...attrs }, device) => {
    const plain = { ...attrs, transposeA: false, transposeB: false };
    const multiply: Multiply = (left, right) =>
      device.stock(kernelName, { a: left, b: right, ...fused }, plain);
    const left = asList(a, transposeA, device);
    const right = asList(b, transposeB, device);
    const [countA = 1, m = 0] = left.shape;
    const [countB = 1, , n = 0] = right.shape;
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const result = countA * countB === 1 ? multiply(left, right) : eachPair(left, right, multiply, device);
    if (transposeA) device.free(left);
    if (transposeB) device.free(right);
    return viewAs(result, [...batch, m, n]);
  });

/** The matrices of a batch of any rank as [count, r, c], which takes memory of its own where they are transposed. */
function asList(t: tf.TensorInfo, transposed: boolean, device: Device): tf.TensorInfo {
  const list = viewAs(t, [tf.util.sizeFromShape(t.shape.slice(0, -2)), ...t.shape.slice(-2)]);
  return transposed ? device.run("Transpose", { x: list }, { perm: [0, 2, 1] }) : list;
}

/** Batches either match or one of them is a single matrix, as tfjs-core asserts before the kernel. */
function eachPair(a: tf.TensorInfo, b: tf.TensorInfo, multiply: Multiply, device: Device): tf.TensorInfo {
  const [countA = 1, m = 0] = a.shape;
  const [countB = 1, , n = 0] = b.shape;
  const count = Math.max(countA, countB);
  const out = device.output([count, m, n]);
  for (let i = 0; i < count; i++) {
    // New tensors each time: XNNPACK keeps a packed copy of the right factor by the tensor's number.
    const oneA = copyMatrix(a, countA === 1 ? 0 : i, device);
    const oneB = copyMatrix(b, countB === 1 ? 0 : i, device);
    const result = multiply(oneA, oneB);
    device.floats(out).set(device.floats(result), i * m * n);
    device.free(result, oneA, oneB);
  }
  return out;
}

function copyMatrix(from: tf.TensorInfo, index: number, device: Device): tf.TensorInfo {
  const copy = device.output([1, ...from.shape.slice(1)]);
  const target = device.floats(copy);
  target.set(device.floats(from).subarray(index * target.length, (index + 1) * target.length));
  return copy;
}

export const products: Kernels = {
  BatchMatMul: product("BatchMatMul"),
  _FusedMatMul: product("_FusedMatMul"),
};
