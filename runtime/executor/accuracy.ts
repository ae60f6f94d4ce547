import { mostRanked } from "../../core/ir/qualities.js";
import type { Network } from "../../core/network/types.js";
import type { Dense, Labels, Loss } from "../types.js";
import { judgedBy, outputLosses } from "./loss.js";

const classifies = (name: Loss["name"]): boolean =>
  name === "cross-entropy" || name === "binary-cross-entropy";

/** What tells rows apart at an output: the largest of as many outputs as it has, or one side and the other of each. */
const byLargest = (name: Loss["name"], units: number, target: (Dense | Labels)["kind"]): boolean =>
  units > 1 && (name !== "binary-cross-entropy" || target === "labels");

const tellsApart = (name: Loss["name"], target: (Dense | Labels)["kind"] | undefined): boolean =>
  classifies(name) || target === "labels";

/**
 * How many classes are told apart at the output where rows are right or wrong, under these losses (none: the network's own) and targets of
 * these kinds; null where they are so at none.
 */
export function classesTold(
  network: Network,
  losses: readonly Loss[],
  targets: readonly (Dense | Labels)["kind"][],
): number | null {
  const names = outputLosses(network, losses).map(judgedBy);
  const at = names.findIndex((name, i) => tellsApart(name, targets[i]));
  const name = names[at];
  if (name === undefined) return null;
  const units = network.tensors[network.outputs[at] ?? -1]?.shape.at(-1) ?? 1;
  return byLargest(name, units, targets[at] ?? "dense") ? units : 2;
}

export function argMax(data: Float32Array, from: number, n: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if ((data[from + i] ?? 0) > (data[from + best] ?? 0)) best = i;
  return best;
}

/**
 * How many of `n` outputs come before that of a class: those that are larger, and of equal ones those of a smaller index, so that one comes
 * first whatever they are. NaN where any of them is no number, or the class is none of theirs.
 */
function rankOf(data: Float32Array, from: number, n: number, label: number): number {
  const own = label >= 0 && label < n ? (data[from + label] ?? NaN) : NaN;
  let before = 0;
  for (let i = 0; i < n; i++) {
    const value = data[from + i] ?? NaN;
    if (value > own || (value === own && i < label)) before++;
    else if (Number.isNaN(value)) return NaN;
  }
  return Number.isNaN(own) ? NaN : before;
}

/** Rows that are right, and rows that might be; a row with several positions counts by the share of them. */
export interface Right {
  readonly correct: number;
  /** Whose class is among the five highest. NaN where there are no more classes, or `correct` is. */
  readonly top5: number;
  readonly counted: number;
}

/**
 * Classes are compared by their largest values, single outputs and binary cross-entropy by which side of the middle they are on (0 for
 * logits, ½ for shares). With weights, of rows or of positions, all counts are sums of them. `correct` is NaN where the loss does not
 * classify and the targets are no class indices. What is not a number is never right.
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
  if (!tellsApart(name, target.kind) || n === 0) return { correct: NaN, top5: NaN, counted: n };
  const ranked = byLargest(name, units, target.kind);
  const middle = logits || name === "hinge" ? 0 : 0.5;
  const side = name === "hinge" && target.kind === "dense" ? 0 : 0.5;
  /** Of a class its place among all; of a side 0 where it is right. */
  const rank = (i: number): number => {
    if (!ranked) {
      const value = values[i] ?? NaN;
      return !Number.isNaN(value) && value > middle === (target.data[i] ?? 0) > side ? 0 : NaN;
    }
    const wanted = target.kind === "labels" ? (target.data[i] ?? NaN) : argMax(target.data, i * units, units);
    return rankOf(values, i * units, units, wanted);
  };
  const places = ranked ? values.length / units : values.length;
  const each = weights && places / weights.length;
  let [first, among, all] = [0, 0, 0];
  for (let i = 0; i < places; i++) {
    const weight = each === null ? 1 : (weights?.[Math.floor(i / each)] ?? 1);
    const at = rank(i);
    all += weight;
    if (at === 0) first += weight;
    if (at < mostRanked) among += weight;
  }
  const rows = (sum: number): number => (sum * n) / places;
  return {
    correct: rows(first),
    top5: ranked && units > mostRanked ? rows(among) : NaN,
    counted: rows(all),
  };
}
