import type { Name } from "../../core/expr/names.js";
import { entryNode, type Node } from "../../core/expr/nodes.js";
import type { Space } from "../../core/units/space.js";
import type { Observation } from "../types.js";
import { channelEntries, watchedLayer } from "./sample-statistics.js";

/** The rounding of 32-bit numbers: what is smaller beside the largest number of a map, times its longer side, counts as 0. */
const epsilon = 2 ** -23;

/** Mean ranks of feature maps over calibration batches. */
export interface RankStatistics {
  readonly observation: Observation;
  node(name: Name): Node | undefined;
}

/**
 * `rank`: the rank of the map that a unit makes of an example, height × width, the mean over all examples (Lin et al. 2020). Of what is
 * no map of two axes, 1 where anything of it differs from 0.
 */
export function rankStatistics(space: Space, read: readonly Name[]): RankStatistics | null {
  if (!read.includes("rank")) return null;
  /** By watched layer: the layers of the space, sums by channel, and examples. */
  const watched = new Map<number, { readonly layers: number[]; sums: Float64Array; examples: number }>();
  space.layers.forEach(({ index }, layer) => {
    if (index < 0) return;
    const at = watchedLayer(space.network, index);
    const known = watched.get(at);
    if (known === undefined) watched.set(at, { layers: [layer], sums: new Float64Array(0), examples: 0 });
    else known.layers.push(layer);
  });
  return {
    observation: {
      layers: [...watched.keys()],
      onActivation(layer, _call, activation, shape) {
        const one = watched.get(layer);
        if (one === undefined) return;
        const channels = shape.at(-1) ?? 1;
        if (one.sums.length !== channels) one.sums = new Float64Array(channels);
        const examples = shape.length > 1 ? (shape[0] ?? 1) : 1;
        const isMap = shape.length === 4;
        const places = activation.length / Math.max(1, examples * channels);
        const [height, width] = isMap ? [shape[1] ?? 1, shape[2] ?? 1] : [places, 1];
        const map = new Float64Array(places);
        for (let example = 0; example < examples; example++)
          for (let channel = 0; channel < channels; channel++) {
            for (let i = 0; i < places; i++)
              map[i] = activation[(example * places + i) * channels + channel] ?? 0;
            one.sums[channel] = (one.sums[channel] ?? 0) + rankOf(map, height, width);
          }
        one.examples += examples;
      },
    },
    node(name) {
      if (name !== "rank") return undefined;
      const values = new Float64Array(space.entries);
      for (const { layers, sums, examples } of watched.values())
        for (const layer of layers)
          channelEntries(space, layer, false).forEach((entry, channel) => {
            if (entry >= 0)
              values[entry] = (values[entry] ?? 0) + (sums[channel] ?? 0) / Math.max(1, examples);
          });
      return entryNode(values);
    },
  };
}

/** The rank of a matrix, by elimination with complete pivoting; the matrix is used up. */
export function rankOf(matrix: Float64Array, rows: number, columns: number): number {
  let largest = 0;
  for (const value of matrix) largest = Math.max(largest, Math.abs(value));
  const least = largest * Math.max(rows, columns) * epsilon;
  const most = Math.min(rows, columns);
  for (let rank = 0; rank < most; rank++) {
    let [pivot, row, column] = [0, rank, rank];
    for (let i = rank; i < rows; i++)
      for (let j = rank; j < columns; j++) {
        const size = Math.abs(matrix[i * columns + j] ?? 0);
        if (size > pivot) [pivot, row, column] = [size, i, j];
      }
    if (pivot <= least) return rank;
    for (let j = rank; j < columns; j++) swap(matrix, rank * columns + j, row * columns + j);
    for (let i = 0; i < rows; i++) swap(matrix, i * columns + rank, i * columns + column);
    const head = matrix[rank * columns + rank] ?? 1;
    for (let i = rank + 1; i < rows; i++) {
      const factor = (matrix[i * columns + rank] ?? 0) / head;
      if (factor === 0) continue;
      for (let j = rank; j < columns; j++)
        matrix[i * columns + j] = (matrix[i * columns + j] ?? 0) - factor * (matrix[rank * columns + j] ?? 0);
    }
  }
  return most;
}

function swap(matrix: Float64Array, a: number, b: number): void {
  const was = matrix[a] ?? 0;
  matrix[a] = matrix[b] ?? 0;
  matrix[b] = was;
}
