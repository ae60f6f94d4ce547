import { CROSS_ENTROPY, CROSS_ENTROPY_SPARSE } from "../ops/kernels.js";
import { defineKernel, type Inputs, type Wasm } from "./context.js";
import type { tf } from "../tf.js";

/** Mean cross-entropy of soft-max rows against class indices, and its gradient by the logits. */
export const crossEntropySparse = defineKernel<Inputs<"logits" | "labels">, object>(
  CROSS_ENTROPY_SPARSE,
  ({ logits, labels }, _attrs, wasm) =>
    rows(logits, wasm, (classes) => {
      const indices = wasm.ints(labels);
      return (row, c) => (indices[Math.floor(row / classes)] === c ? 1 : 0);
    }),
);

/** The same against a distribution per row. */
export const crossEntropy = defineKernel<Inputs<"logits" | "targets">, object>(
  CROSS_ENTROPY,
  ({ logits, targets }, _attrs, wasm) =>
    rows(logits, wasm, () => {
      const values = wasm.floats(targets);
      return (row, c) => values[row + c]!;
    }),
);

/** `targetsOf(classes)` is asked once all memory is allocated; its answer gives the target of (row start, class). */
function rows(
  logits: tf.TensorInfo,
  wasm: Wasm,
  targetsOf: (classes: number) => (row: number, c: number) => number,
): tf.TensorInfo[] {
  const [n = 0, classes = 0] = logits.shape;
  const slope = wasm.output([n, classes]);
  const loss = wasm.output([]);
  const target = targetsOf(classes);
  const x = wasm.floats(logits);
  const d = wasm.floats(slope);
  let total = 0;
  for (let row = 0; row < n * classes; row += classes) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, x[row + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(x[row + c]! - largest);
    const logSum = largest + Math.log(sum);
    let weight = 0;
    for (let c = 0; c < classes; c++) {
      const t = target(row, c);
      weight += t;
      if (t !== 0) total += t * (logSum - x[row + c]!);
    }
    for (let c = 0; c < classes; c++) {
      d[row + c] = (weight * Math.exp(x[row + c]! - logSum) - target(row, c)) / n;
    }
  }
  wasm.floats(loss)[0] = total / n;
  return [loss, slope];
}
