import { counted } from "../../compiler/ir/words.js";
import { DiagnosticError } from "../../grammar/diagnostic.js";
import { tf } from "../backend/tf.js";
import type { Network } from "../../compiler/network/types.js";
import type { Batch, Dense, Labels } from "../types.js";

/** Targets of one output in the form a loss asks for. Tensors are made inside the pass and end with it. */
export interface Target {
  /** Class indices [n] as int32, or null when the targets are dense. */
  labels(n: number, classes: number): tf.Tensor | null;
  /** Values of the output's shape; class indices become one-hot rows with `off` at the other places. */
  dense(shape: readonly number[], off?: number): tf.Tensor;
}

function refuse(message: string): never {
  throw new DiagnosticError([{ code: "P6006", severity: "error", message }]);
}

/** One target per output. */
export function checkTargets(network: Network, batch: Batch): void {
  const [outputs, targets] = [network.outputs.length, batch.targets.length];
  if (outputs !== targets)
    refuse(`the network has ${counted(outputs, "outputs")}, a batch targets for ${targets}`);
}

function checkLabels(labels: Labels, n: number, classes: number): Int32Array {
  if (labels.data.length !== n)
    refuse(`a batch has ${counted(labels.data.length, "labels")} for ${counted(n, "outputs")}`);
  const limit = classes === 1 ? 2 : classes;
  for (const label of labels.data) {
    if (label < 0 || label >= limit)
      refuse(`the label ${label} does not fit an output of ${counted(limit, "classes")}`);
  }
  return labels.data;
}

function oneHot(labels: Labels, shape: readonly number[], off: number): Float32Array {
  const classes = shape[shape.length - 1] ?? 1;
  const size = shape.reduce((p, q) => p * q, 1);
  const data = checkLabels(labels, size / classes, classes);
  if (classes === 1) return Float32Array.from(data, (label) => (label === 0 ? off : 1));
  const out = new Float32Array(size).fill(off);
  data.forEach((label, row) => (out[row * classes + label] = 1));
  return out;
}

/** A target that need not be of the output's shape, only of its size: [n] serves [n, 1]. */
export function targetOf(target: Dense | Labels): Target {
  if (target.kind === "labels") {
    return {
      labels: (n, classes) => tf.tensor1d(checkLabels(target, n, classes), "int32"),
      dense: (shape, off = 0) => tf.tensor(oneHot(target, shape, off), [...shape]),
    };
  }
  return {
    labels: () => null,
    dense: (shape) => {
      if (target.data.length !== shape.reduce((p, q) => p * q, 1)) {
        refuse(
          `targets of shape [${target.shape.join(", ")}] do not fit an output of shape [${shape.join(", ")}]`,
        );
      }
      return tf.tensor(target.data, [...shape]);
    },
  };
}
