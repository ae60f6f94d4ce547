import type { Network, WeightInfo } from "../network/types.js";
import { weightsOf } from "../units/slices.js";
import { frozen, living } from "./state.js";
import type { MaskState } from "./state.js";

/** A kernel between channels: roots along its last two axes, −1 where an axis follows none. */
interface Kernel {
  /** Codes of its elements; unset: all live. */
  readonly codes: Uint8Array | undefined;
  readonly size: number;
  readonly rows: Int32Array;
  readonly cols: Int32Array;
  readonly rowsRead: boolean;
}

/**
 * Which channels are dead once consequences are followed, to a fixpoint: a channel varies only if a living weight brings it something
 * that varies, and counts only if one carries it on to something that counts. Living weights that happen to be 0 may yet grow. Units of several layers live while any of their
 * channels does. Constants count as dead, since `slim` can absorb them into the next bias; where zero padding or a depthwise layer
 * forbids that, one carrier more than this is kept.
 */
export function effectivelyDead(network: Network, state: MaskState): (channel: number) => boolean {
  const { channels } = network;
  const kernels = kernelsOf(network, state);
  const alive = new Uint8Array(channels.count);
  for (let c = 0; c < channels.count; c++) alive[channels.find(c)] = 1;
  for (let c = 0; c < channels.count; c++) if (state.channels[c] !== living) alive[channels.find(c)] = 0;
  const units = network.units.map(({ root }) => root);
  const made = endsOf(kernels, false, channels.count);
  const read = endsOf(kernels, true, channels.count);
  for (let changed = true; changed;) {
    changed = false;
    const { gets, feeds } = flow(kernels, alive);
    for (const root of units) {
      if (alive[root] !== 1) continue;
      if ((made[root] === 1 && gets[root] !== 1) || (read[root] === 1 && feeds[root] !== 1)) {
        alive[root] = 0;
        changed = true;
      }
    }
  }
  return (channel) => alive[channels.find(channel)] === 0;
}

function kernelsOf(network: Network, state: MaskState): readonly Kernel[] {
  const kernels: Kernel[] = [];
  for (const weight of weightsOf(network)) {
    const own = weight.bindings.some(({ role }) => role === "out" || role === "in");
    if (weight.shape.length < 2 || !own) continue;
    const rows = rootsAlong(network, weight, weight.shape.length - 2);
    const cols = rootsAlong(network, weight, weight.shape.length - 1);
    const rowsRead = weight.bindings.some(({ axis, role }) =>
      role === "in" ? axis === weight.shape.length - 2 : axis === weight.shape.length - 1,
    );
    const size = weight.shape.reduce((a, b) => a * b, 1);
    kernels.push({ codes: state.elements.get(weight.key), size, rows, cols, rowsRead });
  }
  return kernels;
}

function rootsAlong(network: Network, weight: WeightInfo, axis: number): Int32Array {
  const ids = weight.bindings.find((binding) => binding.axis === axis)?.ids;
  const size = weight.shape[axis] ?? 1;
  return Int32Array.from({ length: size }, (_, i) =>
    ids === undefined ? -1 : network.channels.find(ids[i] ?? -1),
  );
}

/** Roots (1) that some kernel reads, or makes. */
function endsOf(kernels: readonly Kernel[], reading: boolean, count: number): Uint8Array {
  const flags = new Uint8Array(count);
  for (const { rows, cols, rowsRead } of kernels) {
    for (const root of rowsRead === reading ? rows : cols) if (root >= 0) flags[root] = 1;
  }
  return flags;
}

/** Which roots get something from a living one, and which feed one, through living weights; frozen ones carry too. */
function flow(
  kernels: readonly Kernel[],
  alive: Uint8Array,
): { readonly gets: Uint8Array; readonly feeds: Uint8Array } {
  const gets = new Uint8Array(alive.length);
  const feeds = new Uint8Array(alive.length);
  for (const { codes, size, rows, cols, rowsRead } of kernels) {
    const tall = rows.length;
    const wide = cols.length;
    for (let base = 0, r = 0; base < size; base += wide, r++) {
      const row = rows[r % tall] ?? -1;
      if (row >= 0 && alive[row] !== 1) continue;
      for (let c = 0; c < wide; c++) {
        const code = codes?.[base + c] ?? living;
        if (code !== living && code !== frozen) continue;
        const col = cols[c] ?? -1;
        if (col >= 0 && alive[col] !== 1) continue;
        if (row >= 0) (rowsRead ? feeds : gets)[row] = 1;
        if (col >= 0) (rowsRead ? gets : feeds)[col] = 1;
      }
    }
  }
  return { gets, feeds };
}
