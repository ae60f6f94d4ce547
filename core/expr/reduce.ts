import type { Node } from "./nodes.js";
import type { Reducer } from "./operators.js";
import { chunkSize, newChunk, walkEntries, walkPart } from "../units/parts.js";
import type { Chunk } from "../units/parts.js";
import type { Space } from "../units/space.js";

/** Calls `visit` with the values of an element-level node, chunk by chunk, over all parts. */
export function walkElements(
  space: Pick<Space, "parts">,
  node: Node,
  visit: (chunk: Chunk, values: Float64Array) => void,
): void {
  const chunk = newChunk();
  const values = new Float64Array(chunkSize);
  for (const part of space.parts) {
    walkPart(part, chunk, (filled) => {
      node.fill(filled, values);
      visit(filled, values);
    });
  }
}

/** Values of a node at every entry; it must not be finer than entries unless entries are elements. */
export function atEntries(space: Space, node: Node, out: Float64Array | Float32Array): void {
  if (node.level === "element") {
    walkElements(space, node, ({ entry, count }, values) => {
      for (let i = 0; i < count; i++) out[entry[i] ?? 0] = values[i] ?? 0;
    });
    return;
  }
  const chunk = newChunk();
  const values = new Float64Array(chunkSize);
  space.layers.forEach(({ start, end }, layer) => {
    walkEntries(layer, start, end, chunk, ({ entry, count }) => {
      node.fill(chunk, values);
      for (let i = 0; i < count; i++) out[entry[i] ?? 0] = values[i] ?? 0;
    });
  });
}

/** Elements that count towards each entry. */
export function entrySizes(space: Space): Float64Array {
  const sizes = new Float64Array(space.entries);
  const chunk = newChunk();
  for (const part of space.parts) {
    walkPart(part, chunk, ({ entry, count }) => {
      for (let i = 0; i < count; i++) sizes[entry[i] ?? 0] = (sizes[entry[i] ?? 0] ?? 0) + 1;
    });
  }
  return sizes;
}

/** Reduces an element-level node over the elements of every entry; sums are accumulated in double precision. */
export function reduceElements(space: Space, node: Node, reducer: Reducer): Float64Array {
  const result = new Float64Array(space.entries);
  if (reducer === "min" || reducer === "max") {
    const least = reducer === "min";
    result.fill(least ? Infinity : -Infinity);
    walkElements(space, node, ({ entry, count }, values) => {
      for (let i = 0; i < count; i++) {
        const at = entry[i] ?? 0;
        const value = values[i] ?? 0;
        const best = result[at] ?? 0;
        // Written so that a NaN stays.
        if (least ? !(best <= value) : !(best >= value)) result[at] = value;
      }
    });
    for (let i = 0; i < result.length; i++) if (Math.abs(result[i] ?? 0) === Infinity) result[i] = 0;
    return result;
  }
  const squared = reducer === "norm";
  walkElements(space, node, ({ entry, count }, values) => {
    for (let i = 0; i < count; i++) {
      const at = entry[i] ?? 0;
      const value = values[i] ?? 0;
      result[at] = (result[at] ?? 0) + (squared ? value * value : value);
    }
  });
  if (squared) return result.map(Math.sqrt);
  if (reducer === "sum") return result;
  const sizes = entrySizes(space);
  for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) / Math.max(1, sizes[i] ?? 0);
  return reducer === "mean" ? result : spread(space, node, result, sizes);
}

/** Population standard deviation around known means. */
function spread(space: Space, node: Node, means: Float64Array, sizes: Float64Array): Float64Array {
  const result = new Float64Array(space.entries);
  walkElements(space, node, ({ entry, count }, values) => {
    for (let i = 0; i < count; i++) {
      const at = entry[i] ?? 0;
      const off = (values[i] ?? 0) - (means[at] ?? 0);
      result[at] = (result[at] ?? 0) + off * off;
    }
  });
  return result.map((value, i) => Math.sqrt(value / Math.max(1, sizes[i] ?? 0)));
}

export type LayerStatistic = "mean" | "std" | "max";

/** A statistic of entry values over the living entries of every layer; 0 for a layer without any. */
export function layerStatistic(
  space: Space,
  values: Float64Array | Float32Array,
  statistic: LayerStatistic,
): Float64Array {
  const alive = (entry: number) => (space.status[space.entryUnit?.[entry] ?? entry] ?? 1) === 0;
  return Float64Array.from(space.layers, ({ start, end }) => {
    let n = 0;
    let sum = 0;
    let most = -Infinity;
    for (let i = start; i < end; i++) {
      if (!alive(i)) continue;
      n++;
      sum += values[i] ?? 0;
      most = Math.max(most, values[i] ?? 0);
    }
    if (n === 0) return 0;
    if (statistic === "max") return most;
    const mean = sum / n;
    if (statistic === "mean") return mean;
    let squares = 0;
    for (let i = start; i < end; i++) if (alive(i)) squares += ((values[i] ?? 0) - mean) ** 2;
    return Math.sqrt(squares / n);
  });
}
