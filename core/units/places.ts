import type { Network, WeightInfo } from "../network/types.js";

/**
 * The elements of a weight that follow flagged channels, as runs of flat indices: whole rows where an earlier axis is flagged,
 * single columns of the others where the last one is. Every element is visited once, in order.
 */
export function flaggedRuns(
  weight: WeightInfo,
  flagged: (channel: number) => boolean,
  visit: (from: number, to: number) => void,
): void {
  const rank = weight.shape.length;
  const wide = rank === 0 ? 1 : (weight.shape[rank - 1] ?? 1);
  const rows = weight.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const rowFlags = new Uint8Array(rows);
  const columns: number[] = [];
  for (const { axis, ids } of weight.bindings) {
    if (axis === rank - 1) {
      for (let c = 0; c < ids.length; c++) if (flagged(ids[c] ?? -1)) columns.push(c);
      continue;
    }
    const inner = weight.shape.slice(axis + 1, -1).reduce((a, b) => a * b, 1);
    const size = weight.shape[axis] ?? 1;
    for (let r = 0; r < rows; r++) {
      if (flagged(ids[Math.floor(r / inner) % size] ?? -1)) rowFlags[r] = 1;
    }
  }
  const distinct = [...new Set(columns)].sort((a, b) => a - b);
  for (let r = 0; r < rows; r++) {
    const base = r * wide;
    if (rowFlags[r] === 1) visit(base, base + wide);
    else for (const c of distinct) visit(base + c, base + c + 1);
  }
}

/** All weights of a network, in order. */
export function* weightsOf(network: Network): Generator<WeightInfo> {
  for (const layer of network.layers) yield* layer.weights;
}

/** Statistics that a dead channel leaves alone: a variance of 0 would amplify what comes after. */
export const isVariance = (weight: WeightInfo): boolean => weight.name.endsWith("moving_variance");
