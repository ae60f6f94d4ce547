import { tf } from "../tf.js";
import { defineKernel, type Inputs, viewAs, type Wasm } from "./context.js";

interface Fused {
  readonly tensors: Inputs<never, "bias" | "preluActivationWeights">;
  readonly attrs: object;
}

/**
 * Products of matrices. The package takes its fast path for one untransposed pair only; its path for the others is
 * 15 to 60 times slower and adds the bias several times. So: transpose first, one pair at a time.
 */
export const batchMatMul = defineKernel<Inputs<"a" | "b">, tf.BatchMatMulAttrs>(
  "BatchMatMul",
  (inputs, attrs, wasm) => multiply(inputs.a, inputs.b, attrs.transposeA, attrs.transposeB, null, wasm),
);

export const fusedMatMul = defineKernel<
  Inputs<"a" | "b", "bias" | "preluActivationWeights">,
  tf._FusedMatMulAttrs
>(
  "_FusedMatMul",
  ({ a, b, bias, preluActivationWeights }, { transposeA, transposeB, activation, leakyreluAlpha }, wasm) =>
    multiply(
      a,
      b,
      transposeA,
      transposeB,
      { tensors: { bias, preluActivationWeights }, attrs: { activation, leakyreluAlpha } },
      wasm,
    ),
);

function multiply(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
  fused: Fused | null,
  wasm: Wasm,
): tf.TensorInfo {
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const countA = tf.util.sizeFromShape(batchA);
  const countB = tf.util.sizeFromShape(batchB);
  const left = transposeA ? swapLast(a, countA, wasm) : viewAs(a, [countA, ...a.shape.slice(-2)]);
  const right = transposeB ? swapLast(b, countB, wasm) : viewAs(b, [countB, ...b.shape.slice(-2)]);
  const [, m = 0] = left.shape;
  const [, , n = 0] = right.shape;
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const product =
    countA === 1 && countB === 1 ? onePair(left, right, fused, wasm) : eachPair(left, right, fused, wasm);
  if (transposeA) wasm.free(left);
  if (transposeB) wasm.free(right);
  return viewAs(product, [...batch, m, n]);
}

/** [count, r, c] to [count, c, r]. */
function swapLast(t: tf.TensorInfo, count: number, wasm: Wasm): tf.TensorInfo {
  return wasm.run("Transpose", { x: viewAs(t, [count, ...t.shape.slice(-2)]) }, { perm: [0, 2, 1] });
}

function onePair(a: tf.TensorInfo, b: tf.TensorInfo, fused: Fused | null, wasm: Wasm): tf.TensorInfo {
  const plain = { transposeA: false, transposeB: false };
  if (fused === null) return wasm.stock("BatchMatMul", { a, b }, plain);
  const extra: tf.NamedTensorInfoMap = {};
  if (fused.tensors.bias) extra["bias"] = fused.tensors.bias;
  if (fused.tensors.preluActivationWeights)
    extra["preluActivationWeights"] = fused.tensors.preluActivationWeights;
  return wasm.stock("_FusedMatMul", { a, b, ...extra }, { ...plain, ...fused.attrs });
}

/** Batches either match or one of them is a single matrix, as tfjs-core asserts before the kernel. */
function eachPair(a: tf.TensorInfo, b: tf.TensorInfo, fused: Fused | null, wasm: Wasm): tf.TensorInfo {
  const [countA = 1, m = 0, k = 0] = a.shape;
  const [countB = 1, , n = 0] = b.shape;
  const count = Math.max(countA, countB);
  const out = wasm.output([count, m, n]);
  for (let i = 0; i < count; i++) {
    // New tensors each time: XNNPACK keeps a packed copy of the right factor by the tensor's number.
    const oneA = copyMatrix(a, countA === 1 ? 0 : i, [1, m, k], wasm);
    const oneB = copyMatrix(b, countB === 1 ? 0 : i, [1, k, n], wasm);
    const product = onePair(oneA, oneB, fused, wasm);
    wasm.floats(out).set(wasm.floats(product), i * m * n);
    wasm.free(product, oneA, oneB);
  }
  return out;
}

function copyMatrix(from: tf.TensorInfo, index: number, shape: readonly number[], wasm: Wasm): tf.TensorInfo {
  const copy = wasm.output(shape);
  const target = wasm.floats(copy);
  target.set(wasm.floats(from).subarray(index * target.length, (index + 1) * target.length));
  return copy;
}
