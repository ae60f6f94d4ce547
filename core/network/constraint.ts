import { field, isJsonArray, isJsonObject } from "./json.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Json } from "./types.js";

/**
 * What a weight is held to after each of its updates. `norm`: each slice along `axes` gets a Euclidean norm between `min` and `max`,
 * or goes the share `rate` of the way.
 */
export type Constraint =
  | { readonly kind: "non-negative" }
  | {
      readonly kind: "norm";
      readonly min: number;
      readonly max: number;
      readonly rate: number;
      readonly axes: readonly number[];
    };

/**
 * The constraint that a config holds: null where there is none.
 * @throws DiagnosticError P5009 of one that is not computed
 */
export function constraintOf(value: Json | undefined, key: string, path: string): Constraint | null {
  if (value === undefined || value === null) return null;
  const name = isJsonObject(value) ? field(value, "class_name") : value;
  const config = isJsonObject(value) ? field(value, "config") : undefined;
  const number = (of: string, fallback: number): number => {
    const given = isJsonObject(config) ? field(config, of) : undefined;
    return typeof given === "number" ? given : fallback;
  };
  const axis = isJsonObject(config) ? (field(config, "axis") ?? 0) : 0;
  const axes = (isJsonArray(axis) ? axis : [axis]).filter((one) => typeof one === "number");
  switch (typeof name === "string" ? name.toLowerCase().replace(/_/g, "") : "") {
    case "nonneg":
      return { kind: "non-negative" };
    case "maxnorm":
      return { kind: "norm", min: 0, max: number("max_value", 2), rate: 1, axes };
    case "unitnorm":
      return { kind: "norm", min: 1, max: 1, rate: 1, axes };
    case "minmaxnorm":
      return {
        kind: "norm",
        min: number("min_value", 0),
        max: number("max_value", 1),
        rate: number("rate", 1),
        axes,
      };
    default:
      return raise("P5009", `layer ${quote(path)} has a \`${key}\` of class ${quote(String(name))}`, {
        notes: ["NonNeg, MaxNorm, UnitNorm and MinMaxNorm are computed"],
      });
  }
}

/** Keras' and TensorFlow.js' guard against a norm of zero. */
const EPSILON = 1e-7;

/** Holds a weight to its constraint; what is zero stays zero. */
export function constrain(data: Float32Array, shape: readonly number[], constraint: Constraint): void {
  if (constraint.kind === "non-negative") {
    for (let i = 0; i < data.length; i++) if ((data[i] ?? 0) < 0) data[i] = 0;
    return;
  }
  const { min, max, rate, axes } = constraint;
  const groups = sliceNumbers(shape, axes);
  const squares = new Float64Array(Math.max(1, groups.count));
  data.forEach((value, i) => (squares[groups.of(i)] = (squares[groups.of(i)] ?? 0) + value * value));
  const factors = squares.map((square) => {
    const norm = Math.sqrt(square);
    const wanted = rate * Math.min(max, Math.max(min, norm)) + (1 - rate) * norm;
    return wanted / (EPSILON + norm);
  });
  data.forEach((value, i) => (data[i] = value * (factors[groups.of(i)] ?? 1)));
}

/** Numbers the slices along `axes`: elements that differ in these indices alone are of one slice. */
function sliceNumbers(shape: readonly number[], axes: readonly number[]) {
  const summed = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, n) => size * n, 1));
  let count = 1;
  const kept = shape.map((size, axis) => {
    if (summed.has(axis)) return 0;
    const step = count;
    count *= size;
    return step;
  });
  const of = (flat: number): number =>
    shape.reduce(
      (slice, size, axis) => slice + (Math.floor(flat / (strides[axis] ?? 1)) % size) * (kept[axis] ?? 0),
      0,
    );
  return { count, of };
}
