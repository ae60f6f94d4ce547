import type { Network } from "../../core/network/types.js";
import type { Dense, Labels, Loss, LossName } from "../types.js";
import { outputLosses } from "./loss.js";

const classifies = (name: LossName): boolean => name === "cross-entropy" || name === "binary-cross-entropy";

/** Whether rows can be right or wrong at some output, under these losses (none: the network's own) and targets of these kinds. */
export function measuresAccuracy(
  network: Network,
  losses: readonly Loss[],
  targets: readonly (Dense | Labels)["kind"][],
): boolean {
  return outputLosses(network, losses).some(
    ({ loss }, i) => targets[i] === "labels" || (loss !== null && classifies(loss.name)),
  );
}

function argMax(data: Float32Array, from: number, n: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if ((data[from + i] ?? 0) > (data[from + best] ?? 0)) best = i;
  return best;
}

/**
 * Rows that are right, as a count; a row with several positions counts by the share of them. Classes are compared by
 * their largest value, single outputs and binary cross-entropy by which side of the middle they are on (0 for logits, ½ for
 * shares). NaN where the loss does not classify and the targets are no class indices.
 */
export function correctRows(
  name: LossName,
  values: Float32Array,
  shape: readonly number[],
  target: Dense | Labels,
  logits: boolean,
): number {
  const n = shape[0] ?? 1;
  const classes = shape[shape.length - 1] ?? 1;
  if (!(classifies(name) || target.kind === "labels") || n === 0) return NaN;
  if (classes > 1 && (name !== "binary-cross-entropy" || target.kind === "labels")) {
    const positions = values.length / classes;
    let right = 0;
    for (let i = 0; i < positions; i++) {
      const wanted = target.kind === "labels" ? target.data[i] : argMax(target.data, i * classes, classes);
      if (argMax(values, i * classes, classes) === wanted) right++;
    }
    return (right * n) / positions;
  }
  const middle = logits || name === "hinge" ? 0 : 0.5;
  let right = 0;
  for (let i = 0; i < values.length; i++) {
    const wanted = (target.data[i] ?? 0) > (name === "hinge" && target.kind === "dense" ? 0 : 0.5);
    if ((values[i] ?? 0) > middle === wanted) right++;
  }
  return (right * n) / values.length;
}
