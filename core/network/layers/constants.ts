import { activationFunction } from "../activations.js";
import type { JsonObject, WeightInfo } from "../types.js";
import type { ConstantRule } from "./layer-class.js";

/** Rules for channels that hold one value at every position of every example. */

export function varying(n: number): Float64Array {
  return new Float64Array(n).fill(NaN);
}

/** Applies `f` to the constants of the only input. */
export function each(f: (x: number, config: JsonObject) => number): ConstantRule {
  return ({ inputs, config }) => (inputs[0] ?? varying(0)).map((x) => (Number.isNaN(x) ? NaN : f(x, config)));
}

export const unchanged: ConstantRule = each((x) => x);

/** The channels repeated, as flatten and reshape do. */
export const repeated: ConstantRule = ({ inputs, width }) => {
  const values = inputs[0] ?? varying(0);
  if (values.length === 0 || width % values.length !== 0) return varying(width);
  return varying(width).map((_, i) => values[i % values.length] ?? NaN);
};

/** A number of a config, or what stands for it. */
export function numberOf(config: JsonObject, key: string, fallback: number): number {
  const value = config[key];
  return typeof value === "number" ? value : fallback;
}

/** Which slices along `axis` are all zero. */
export function zeroSlices(weight: WeightInfo, data: Float32Array, axis: number): readonly boolean[] {
  const n = weight.shape[axis] ?? 0;
  const inner = weight.shape.slice(axis + 1).reduce((size, m) => size * m, 1);
  const zero = new Array<boolean>(n).fill(true);
  for (let block = 0, at = 0; at < data.length; block++) {
    const index = block % n;
    for (let end = at + inner; at < end; at++) if (data[at] !== 0) zero[index] = false;
  }
  return zero;
}

/** Layers that make channels: constant, the activated bias, where the kernel that makes the channel is all zero. */
export function emptyKernels(kernel: string): ConstantRule {
  return ({ config, width, weight, data, zeros }) => {
    const info = weight(kernel);
    const activate = activationFunction(config["activation"])?.scalar;
    const binding = info?.bindings.find((b) => b.role === "out");
    const zero = info && binding && zeros(info, binding.axis);
    if (!zero || !activate || binding.ids.length !== width) return varying(width);
    const bias = data("bias");
    return varying(width).map((_, i) => (zero[i] === true ? activate(bias?.[i] ?? 0) : NaN));
  };
}

/** Elementwise joins of operands of the full width; a thinner one varies. */
export function joined(combine: (values: readonly number[]) => number): ConstantRule {
  return ({ inputs, width }) =>
    varying(width).map((_, i) =>
      combine(inputs.map((values) => (values.length === width ? (values[i] ?? NaN) : NaN))),
    );
}
