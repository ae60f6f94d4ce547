import { MAX_TENSOR } from "./limits.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Shape } from "./types.js";

export type Padding = "valid" | "same" | "causal";

/** Output length of a convolution or pooling along one axis; null stays null. */
export function convLength(
  n: number | null,
  kernel: number,
  stride: number,
  padding: Padding,
  dilation = 1,
): number | null {
  if (n === null) return null;
  const span = (kernel - 1) * dilation + 1;
  return padding === "valid" ? Math.floor((n - span + stride) / stride) : Math.ceil(n / stride);
}

/** Output length of a transposed convolution along one axis; `more`: its output padding, where that is given. */
export function deconvLength(
  n: number | null,
  kernel: number,
  stride: number,
  padding: Padding,
  more?: number,
): number | null {
  if (n === null) return null;
  if (more !== undefined)
    return (n - 1) * stride + kernel - (padding === "same" ? 2 * Math.floor(kernel / 2) : 0) + more;
  return padding === "same" ? n * stride : n * stride + Math.max(kernel - stride, 0);
}

/** Product of the sizes, unknown ones counted as one. */
export function product(sizes: readonly (number | null)[]): number {
  return sizes.reduce<number>((p, n) => p * (n ?? 1), 1);
}

export function lastOf(shape: Shape): number | null {
  return shape[shape.length - 1] ?? null;
}

export function showShape(shape: Shape): string {
  return `[${shape.map((n) => n ?? "?").join(", ")}]`;
}

/** Refuses sizes below one and tensors beyond the limit. */
export function checkShape(shape: Shape, path: string): Shape {
  for (const n of shape.slice(1)) {
    if (n !== null && n < 1) {
      raise("P5006", `layer ${quote(path)} would give a tensor of shape ${showShape(shape)}`, {
        notes: ["every size must be at least 1: its input is too small for it"],
      });
    }
  }
  if (product(shape) > MAX_TENSOR) {
    raise("P5007", `layer ${quote(path)} would give a tensor of shape ${showShape(shape)}`, {
      notes: ["a tensor of more than 2^31 elements cannot be computed"],
    });
  }
  return shape;
}

/** [0 1 2] twice: [0 1 2 0 1 2]. */
export function tile(ids: Int32Array, times: number): Int32Array {
  if (times === 1) return ids;
  const out = new Int32Array(ids.length * times);
  for (let i = 0; i < times; i++) out.set(ids, i * ids.length);
  return out;
}

/** [0 1 2] twice: [0 0 1 1 2 2]. */
export function repeat(ids: Int32Array, times: number): Int32Array {
  if (times === 1) return ids;
  const out = new Int32Array(ids.length * times);
  for (let i = 0; i < out.length; i++) out[i] = ids[Math.floor(i / times)] ?? 0;
  return out;
}
