import { counted } from "../../core/ir/words.js";
import { raise } from "../../core/diagnostics/create.js";
import { tf } from "../backend/tf.js";
import type { Network } from "../../core/network/types.js";
import type { Batch, Dense, Labels, Loss, LossName } from "../types.js";

/** Targets of one output in the form a loss asks for. Tensors are made inside the pass and end with it. */
export interface Target {
  /** Class indices [n] as int32, or null when the targets are dense. */
  labels(n: number, classes: number): tf.Tensor | null;
  /** Values of the output's shape; class indices become one-hot rows, with `off` at the other places, and so do zeros and ones. */
  dense(shape: readonly number[], off?: number): tf.Tensor;
}

/** One target per output. */
export function checkTargets(network: Network, batch: Batch): void {
  const [outputs, targets] = [network.outputs.length, batch.targets.length];
  if (outputs !== targets)
    raise("P6006", `the network has ${counted(outputs, "outputs")}, a batch targets for ${targets}`);
}

/** What a loss can make of a target. */
const RANGES: Partial<Readonly<Record<LossName, readonly [least: number, most: number]>>> = {
  "cross-entropy": [0, 1],
  "binary-cross-entropy": [0, 1],
  "kl-divergence": [0, 1],
  hinge: [-1, 1],
};

/** Targets outside of what the loss is made for would train on nonsense. Class indices are looked at where they are used. */
export function checkValues(name: Loss["name"], target: Dense | Labels): void {
  const range = name === "own" ? undefined : RANGES[name];
  if (range === undefined || target.kind === "labels") return;
  const [least, most] = range;
  const odd = target.data.findIndex((value) => !(value >= least && value <= most));
  if (odd < 0) return;
  raise("P6006", `a target is ${target.data[odd]}, ${name} takes numbers from ${least} to ${most}`, {
    help: "for more than two classes the network needs an output for each; for amounts, minimize mean-squared-error",
  });
}

function checkLabels(labels: Labels, n: number, classes: number): Int32Array {
  if (labels.data.length !== n)
    raise("P6006", `a batch has ${counted(labels.data.length, "labels")} for ${counted(n, "outputs")}`);
  const limit = classes === 1 ? 2 : classes;
  for (const label of labels.data) {
    if (label < 0 || label >= limit)
      raise("P6006", `the label ${label} does not fit an output of ${counted(limit, "classes")}`);
  }
  return labels.data;
}

/** Sides written as 0 and 1, with `off` for the 0; sides written in another way stay. */
function signs(data: Float32Array, off: number): Float32Array {
  return data.every((value) => value === 0 || value === 1)
    ? data.map((value) => (value === 0 ? off : 1))
    : data;
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
    dense: (shape, off = 0) => {
      if (target.data.length !== shape.reduce((p, q) => p * q, 1)) {
        raise(
          "P6006",
          `targets of shape [${target.shape.join(", ")}] do not fit an output of shape [${shape.join(", ")}]`,
        );
      }
      return tf.tensor(off === 0 ? target.data : signs(target.data, off), [...shape]);
    },
  };
}
