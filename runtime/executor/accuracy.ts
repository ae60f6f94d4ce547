import type { Network } from "../../core/network/types.js";
import type { Dense, Labels, Loss } from "../types.js";
import { judgedBy, outputLosses } from "./loss.js";

const classifies = (name: Loss["name"]): boolean =>
  name === "cross-entropy" || name === "binary-cross-entropy";

/** Whether rows can be right or wrong at some output, under these losses (none: the network's own) and targets of these kinds. */
export function measuresAccuracy(
  network: Network,
  losses: readonly Loss[],
  targets: readonly (Dense | Labels)["kind"][],
): boolean {
  return outputLosses(network, losses).some(
    (output, i) => targets[i] === "labels" || classifies(judgedBy(output)),
  );
}

export function argMax(data: Float32Array, from: number, n: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if ((data[from + i] ?? 0) > (data[from + best] ?? 0)) best = i;
  return best;
}

/** Rows that are right, and rows that might be; a row with several positions counts by the share of them. */
export interface Right {
  readonly correct: number;
  readonly counted: number;
}

/**
 * Classes are compared by their largest value, single outputs and binary cross-entropy by which side of the middle they are on (0 for
 * logits, ½ for shares). With weights, of rows or of positions, both counts are sums of them. `correct` is NaN where the loss does not
 * classify and the targets are no class indices.
 */
export function rightRows(
  name: Loss["name"],
  y: { readonly values: Float32Array; readonly shape: readonly number[]; readonly logits: boolean },
  target: Dense | Labels,
  weights: Float32Array | null,
): Right {
  const { values, shape, logits } = y;
  const n = shape[0] ?? 1;
  const units = shape[shape.length - 1] ?? 1;
  if (!(classifies(name) || target.kind === "labels") || n === 0) return { correct: NaN, counted: n };
  const byLargest = units > 1 && (name !== "binary-cross-entropy" || target.kind === "labels");
  const middle = logits || name === "hinge" ? 0 : 0.5;
  const side = name === "hinge" && target.kind === "dense" ? 0 : 0.5;
  const isRight = (i: number): boolean => {
    if (!byLargest) return (values[i] ?? 0) > middle === (target.data[i] ?? 0) > side;
    const wanted = target.kind === "labels" ? target.data[i] : argMax(target.data, i * units, units);
    return argMax(values, i * units, units) === wanted;
  };
  const places = byLargest ? values.length / units : values.length;
  const each = weights && places / weights.length;
  let [right, all] = [0, 0];
  for (let i = 0; i < places; i++) {
    const weight = each === null ? 1 : (weights?.[Math.floor(i / each)] ?? 1);
    all += weight;
    if (isRight(i)) right += weight;
  }
  return { correct: (right * n) / places, counted: (all * n) / places };
}
