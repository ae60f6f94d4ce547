import type { LayerInfo, Network, WeightInfo } from "../network/types.js";
import type { ParameterStore, Slots } from "../parameters.js";

/** Whether a channel is one of those asked for; constant on every unit. */
type Flagged = (channel: number) => boolean;

/**
 * The elements of a weight that follow flagged channels, as runs of flat indices: whole rows where an earlier axis is flagged,
 * stretches of columns of the others where the last one is. Every element is visited once, in order.
 */
export function flaggedRuns(
  weight: WeightInfo,
  flagged: Flagged,
  visit: (from: number, to: number) => void,
): void {
  const rank = weight.shape.length;
  const wide = rank === 0 ? 1 : (weight.shape[rank - 1] ?? 1);
  const rows = weight.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const rowFlags = new Uint8Array(rows);
  const columnFlags = new Uint8Array(wide);
  for (const { axis, ids } of weight.bindings) {
    if (axis === rank - 1) {
      for (let c = 0; c < ids.length; c++) if (flagged(ids[c] ?? -1)) columnFlags[c] = 1;
      continue;
    }
    const inner = weight.shape.slice(axis + 1, -1).reduce((a, b) => a * b, 1);
    const size = weight.shape[axis] ?? 1;
    const onAxis = Uint8Array.from(ids, (id) => (flagged(id) ? 1 : 0));
    for (let r = 0; r < rows; r++) if (onAxis[Math.floor(r / inner) % size] === 1) rowFlags[r] = 1;
  }
  const stretches: (readonly [from: number, to: number])[] = [];
  for (let from = columnFlags.indexOf(1); from >= 0;) {
    const living = columnFlags.indexOf(0, from);
    const to = living < 0 ? wide : living;
    stretches.push([from, to]);
    from = columnFlags.indexOf(1, to);
  }
  for (let r = 0; r < rows; r++) {
    const base = r * wide;
    if (rowFlags[r] === 1) visit(base, base + wide);
    else for (const [from, to] of stretches) visit(base + from, base + to);
  }
}

/** Writes a value into all slices of flagged channels of an array that has the weight's shape. */
export function fillSlices(weight: WeightInfo, data: Float32Array, flagged: Flagged, value: number): void {
  flaggedRuns(weight, flagged, (from, to) => data.fill(value, from, to));
}

/** What is left of an array of the weight's shape without the slices of flagged channels. Always a fresh array. */
export function gather(weight: WeightInfo, data: Float32Array, flagged: Flagged): Float32Array {
  const shape = weight.shape.slice();
  for (const { axis, ids } of weight.bindings)
    shape[axis] = ids.reduce((n, id) => n + (flagged(id) ? 0 : 1), 0);
  const left = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let at = 0;
  let next = 0;
  const copyUntil = (end: number): void => {
    for (let i = next; i < end; i++) left[at++] = data[i] ?? 0;
  };
  flaggedRuns(weight, flagged, (from, to) => {
    copyUntil(from);
    next = to;
  });
  copyUntil(data.length);
  return left;
}

/**
 * Zeroes dead channels at every place: kernel slices, bias, γ, β, moving mean, alpha, gate blocks, recurrent rows and columns, and
 * the slices of the kernels that read them, with their optimizer state. Moving variances stay.
 */
export function zeroChannels(
  network: Network,
  parameters: ParameterStore,
  isDead: Flagged,
  slots?: Slots,
): void {
  for (const weight of weightsOf(network)) {
    const data = parameters.get(weight.key)?.data;
    if (data === undefined || isVariance(weight)) continue;
    for (const array of [data, ...Object.values(slots?.get(weight.key) ?? {})])
      fillSlices(weight, array, isDead, 0);
  }
}

/** A weight as far as it makes or passes on channels. */
export const ownSlices = (weight: WeightInfo): WeightInfo => ({
  ...weight,
  bindings: weight.bindings.filter(({ role }) => role !== "in"),
});

/** A weight as far as it reads channels. */
export const readSlices = (weight: WeightInfo): WeightInfo => ({
  ...weight,
  bindings: weight.bindings.filter(({ role }) => role === "in"),
});

/** All weights of a network, in order. */
export function* weightsOf(network: Network): Generator<WeightInfo> {
  for (const layer of network.layers) yield* layer.weights;
}

/** Statistics that a dead channel leaves alone: a variance of 0 would amplify what comes after. */
export const isVariance = (weight: WeightInfo): boolean => weight.name.endsWith("moving_variance");

/** Output channels of a layer, in the order of its kernels' output axis; gate blocks of recurrent kernels repeat them. */
export const outputChannels = ({ weights }: LayerInfo): readonly number[] => [
  ...new Set(
    weights.flatMap(({ isKernel, bindings }) =>
      isKernel ? bindings.flatMap(({ role, ids }) => (role === "out" ? [...ids] : [])) : [],
    ),
  ),
];
