import { structureKind } from "../ir/structure.js";
import type { WeightInfo } from "../network/types.js";
import type { StructureIr } from "../ir/types.js";

/**
 * Where the units of an element-wise structure lie in a weight. The weight is read as a matrix of `rows.length` ×
 * `cols.length` elements (its last axis is the columns); the element at (r, c) belongs to unit `rows[r] + cols[c]`, and to
 * none where either is negative. Units count from 0 to `count − 1` in order of position.
 */
export interface ElementUnits {
  readonly count: number;
  readonly rows: Int32Array;
  readonly cols: Int32Array;
}

/** The axes of a kernel: input and output channels among the last two, the others spatial. */
export interface KernelAxes {
  /** Positions of a kernel: product of the spatial axes. */
  readonly spatial: number;
  /** Sizes of the last two axes. */
  readonly tall: number;
  readonly wide: number;
  /** Whether the last axis holds the input channels (transposed convolutions). */
  readonly inputsLast: boolean;
}

export function kernelAxes(weight: WeightInfo): KernelAxes {
  const { shape, bindings } = weight;
  const wide = shape[shape.length - 1] ?? 1;
  const tall = shape.length > 1 ? (shape[shape.length - 2] ?? 1) : 1;
  const spatial = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const inputsLast = bindings.some(
    ({ axis, role }) =>
      (axis === shape.length - 1 && role === "in") || (axis === shape.length - 2 && role === "out"),
  );
  return { spatial, tall, wide, inputsLast };
}

/** Units of a structure in a weight of this shape; `null` for structures that are not made of elements. */
export function elementUnits(weight: WeightInfo, structure: StructureIr): ElementUnits | null {
  const axes = kernelAxes(weight);
  const { spatial, tall, wide } = axes;
  const [height, width] = typeof structure === "object" && "blocks" in structure ? structure.blocks : [1, 1];
  const { strided = 1, offset = 0 } =
    typeof structure === "object" && "strided" in structure ? structure : {};
  const kind = structureKind(structure);
  switch (kind) {
    case "weights":
    case "taps":
    case "n:m":
      return lay(axes, { count: spatial * tall * wide, row: (s, p) => (s * tall + p) * wide, col: itself });
    case "kernels":
      return lay(axes, { count: tall * wide, row: (_, p) => p * wide, col: itself });
    case "rows":
    case "columns":
      return vectors(weight, axes, kind);
    case "blocks": {
      const high = axes.inputsLast ? width : height;
      const broad = axes.inputsLast ? height : width;
      const down = Math.ceil(tall / high);
      const across = Math.ceil(wide / broad);
      const row = (s: number, p: number) => (s * down + Math.floor(p / high)) * across;
      return lay(axes, { count: spatial * down * across, row, col: (q) => Math.floor(q / broad) });
    }
    case "strided": {
      const off = (s: number) => mod(s - offset, strided) !== 0;
      // A kernel that lies on the lattice as a whole has nothing to lose.
      if (!Array.from({ length: spatial }, (_, s) => s).some(off))
        return lay(axes, { count: 0, row: () => -1 });
      if (axes.inputsLast) return lay(axes, { count: wide, row: (s) => (off(s) ? 0 : -1), col: itself });
      return lay(axes, { count: tall, row: (s, p) => (off(s) ? p : -1) });
    }
    default:
      return null;
  }
}

/** One row (1 × width) or column (height × 1) of one kernel slice; of a matrix, the weights of one input or one output. */
function vectors(weight: WeightInfo, axes: KernelAxes, name: "rows" | "columns"): ElementUnits {
  const { spatial, tall, wide } = axes;
  const dims = weight.shape.slice(0, -2);
  if (dims.length === 0) {
    const byRow = (name === "rows") !== axes.inputsLast;
    return byRow ? lay(axes, { count: tall, row: (_, p) => p }) : lay(axes, { count: wide, col: itself });
  }
  const width = dims[dims.length - 1] ?? 1;
  const height = dims.length > 1 ? (dims[dims.length - 2] ?? 1) : 1;
  const line = (s: number): number => {
    if (name === "rows") return Math.floor(s / width);
    return Math.floor(s / (width * height)) * width + (s % width);
  };
  const lines = name === "rows" ? spatial / width : spatial / height;
  return lay(axes, { count: lines * tall * wide, row: (s, p) => (line(s) * tall + p) * wide, col: itself });
}

interface Layout {
  readonly count: number;
  /** By spatial position and index on the last axis but one. Default 0. */
  readonly row?: (s: number, p: number) => number;
  /** By index on the last axis. Default 0. */
  readonly col?: (q: number) => number;
}

const itself = (q: number): number => q;

function lay({ spatial, tall, wide }: KernelAxes, { count, row, col }: Layout): ElementUnits {
  const rows = new Int32Array(spatial * tall);
  if (row) for (let s = 0, r = 0; s < spatial; s++) for (let p = 0; p < tall; p++, r++) rows[r] = row(s, p);
  const cols = new Int32Array(wide);
  if (col) for (let q = 0; q < wide; q++) cols[q] = col(q);
  return { count, rows, cols };
}

const mod = (a: number, n: number) => ((a % n) + n) % n;
