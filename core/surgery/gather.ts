import type { Binding } from "../network/types.js";
import type { IsDead } from "./kill.js";

/** Indices of the living along one axis. */
export function livingIndices(ids: Int32Array, isDead: IsDead): Int32Array {
  return Int32Array.from(ids.keys()).filter((i) => !isDead(ids[i] ?? 0));
}

/**
 * The living part of an array of the given shape, axis by axis. Always a fresh array.
 */
export function gather(
  data: Float32Array,
  shape: readonly number[],
  bindings: readonly Binding[],
  isDead: IsDead,
): { readonly data: Float32Array; readonly shape: readonly number[] } {
  let current = data;
  let sizes = shape;
  for (const { axis, ids } of bindings) {
    const keep = livingIndices(ids, isDead);
    if (keep.length === ids.length) continue;
    current = take(current, sizes, axis, keep);
    sizes = sizes.map((n, i) => (i === axis ? keep.length : n));
  }
  return { data: current === data ? data.slice() : current, shape: sizes };
}

/** Slices `keep` of one axis, in order. */
function take(data: Float32Array, shape: readonly number[], axis: number, keep: Int32Array): Float32Array {
  const inner = shape.slice(axis + 1).reduce((n, size) => n * size, 1);
  const row = inner * (shape[axis] ?? 1);
  const rows = row === 0 ? 0 : data.length / row;
  const out = new Float32Array(rows * keep.length * inner);
  let at = 0;
  for (let r = 0; r < rows; r++) {
    const start = r * row;
    if (inner === 1) {
      for (const i of keep) out[at++] = data[start + i] ?? 0;
      continue;
    }
    for (const i of keep) {
      out.set(data.subarray(start + i * inner, start + (i + 1) * inner), at);
      at += inner;
    }
  }
  return out;
}
