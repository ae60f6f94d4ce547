import { raise } from "../../core/diagnostics/create.js";
import { counted } from "../../core/ir/words.js";
import type { Dense, Labels, Loss } from "../types.js";
import { argMax } from "./accuracy.js";

/** How much every position counts: one number for it, or one for each of its units. */
export interface PositionWeights {
  readonly data: Float32Array;
  /** 1, or the units of the output. */
  readonly columns: number;
}

/**
 * The weights of a batch at an output of this shape times those of the classes: of a cross-entropy by the class of the position (the
 * largest of its shares), of a binary one by the side of each unit, as in Keras. Null where all count 1.
 * @throws DiagnosticError P5154 when the classes are not as many as their weights
 */
export function positionWeights(
  { name, classWeights }: Loss,
  target: Dense | Labels,
  shape: readonly number[],
  given: Float32Array | null,
): PositionWeights | null {
  const units = shape[shape.length - 1] ?? 1;
  const positions = shape.reduce((product, n) => product * n, 1) / units;
  const own = given && spread(given, positions);
  if (classWeights === undefined) return own && { data: own, columns: 1 };
  const binary = name === "binary-cross-entropy";
  const classes = binary ? 2 : units;
  if (classWeights.length !== classes)
    raise(
      "P5154",
      `\`class-weights\` lists ${counted(classWeights.length, "numbers")}, the network's output tells ${counted(classes, "classes")} apart`,
    );
  const columns = binary ? units : 1;
  const data = new Float32Array(positions * columns);
  for (let i = 0; i < data.length; i++) {
    const position = Math.floor(i / columns);
    const weight =
      classWeights[classAt(target, position, binary ? i - position * columns : null, units)] ?? 1;
    data[i] = weight * (own?.[position] ?? 1);
  }
  return { data, columns };
}

/** Weights of rows for each of their positions. */
export function spread(given: Float32Array, positions: number): Float32Array {
  if (given.length === positions) return given;
  const each = positions / given.length;
  return Float32Array.from({ length: positions }, (_, i) => given[Math.floor(i / each)] ?? 1);
}

/** The class of a position; with `unit` the side that this unit is on. */
function classAt(target: Dense | Labels, position: number, unit: number | null, units: number): number {
  if (target.kind === "labels") {
    const label = target.data[position] ?? 0;
    return unit === null || units === 1 ? label : Number(label === unit);
  }
  if (unit === null) return argMax(target.data, position * units, units);
  return Number((target.data[position * units + unit] ?? 0) > 0.5);
}
