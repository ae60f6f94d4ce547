import { tf } from "../../backend/tf.js";
import { axes, flag } from "../config.js";
import { field, isJsonArray } from "../../../compiler/network/json.js";
import type { Builder, CallContext } from "../pass.js";

/** Add, Multiply, Average, Maximum, Minimum, Concatenate and Dot. */

/** Lower ranks get 1s after the batch axis, as tfjs-layers aligns its inputs. */
function align(inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const rank = Math.max(...inputs.map((x) => x.rank));
  return inputs.map((x) => {
    if (x.rank === rank) return x;
    const [n = 1, ...rest] = x.shape;
    return tf.reshape(x, [n, ...new Array<number>(rank - x.rank).fill(1), ...rest]);
  });
}

function fold(inputs: readonly tf.Tensor[], f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): tf.Tensor {
  return align(inputs).reduce(f);
}

/** All masks must hold; the last one is left out, as tfjs-layers does. */
function mergedMask(context: CallContext): readonly (tf.Tensor | null)[] {
  const first = context.masks.slice(0, Math.max(1, context.masks.length - 1)).filter((m) => m !== null);
  return [first.length === 0 ? null : first.reduce((a, b) => tf.logicalAnd(a, b))];
}

function merging(f: (inputs: readonly tf.Tensor[]) => tf.Tensor): Builder {
  return () => ({ run: (context) => [f(context.inputs)], mask: mergedMask });
}

export const add = merging((inputs) => fold(inputs, (a, b) => tf.add(a, b)));
export const multiply = merging((inputs) => fold(inputs, (a, b) => tf.mul(a, b)));
export const maximum = merging((inputs) => fold(inputs, (a, b) => tf.maximum(a, b)));
export const minimum = merging((inputs) => fold(inputs, (a, b) => tf.minimum(a, b)));
export const average = merging((inputs) =>
  tf.mul(
    1 / inputs.length,
    fold(inputs, (a, b) => tf.add(a, b)),
  ),
);

export const concatenate: Builder = (build) => {
  const config = { path: build.layer.path, values: build.layer.config };
  const axisOf = (rank: number): number => axes(config, "axis", rank, -1)[0] ?? rank - 1;
  return {
    run: ({ inputs }) => [tf.concat([...inputs], axisOf(inputs[0]?.rank ?? 1))],
    mask: ({ inputs, masks }) => {
      if (masks.every((m) => m === null)) return [null];
      const whole = inputs.map((x, i) => {
        const mask = masks[i];
        if (!mask) return tf.cast(tf.onesLike(x), "bool");
        return mask.rank < x.rank ? tf.expandDims(mask, -1) : mask;
      });
      return [tf.all(tf.concat(whole, axisOf(inputs[0]?.rank ?? 1)), -1)];
    },
  };
};

function l2Normalised(x: tf.Tensor, axis: number): tf.Tensor {
  const norm = tf.sum(tf.square(x), axis, true);
  return tf.div(x, tf.sqrt(tf.maximum(norm, 1e-7)));
}

/** Dot products along one axis of each input, the batch kept: [n, a, d] · [n, b, d] gives [n, a, b]. */
export const dot: Builder = (build) => {
  const config = { path: build.layer.path, values: build.layer.config };
  const given = field(config.values, "axes");
  const normalize = flag(config, "normalize", false);
  const axis = (of: number, rank: number): number => {
    const value = isJsonArray(given) ? given[of] : given;
    return axes({ path: config.path, values: { axes: value ?? -1 } }, "axes", rank, -1)[0] ?? 1;
  };
  return {
    run: ({ inputs: [a, b] }) => {
      if (!a || !b) throw new Error("Dot needs two inputs");
      const [ia, ib] = [axis(0, a.rank), axis(1, b.rank)];
      const [x, y] = normalize ? [l2Normalised(a, ia), l2Normalised(b, ib)] : [a, b];
      return [batchDot(x, y, ia, ib)];
    },
  };
};

/** Sums over axis `ia` of `a` and `ib` of `b`; the other axes follow each other, batch first. */
function batchDot(a: tf.Tensor, b: tf.Tensor, ia: number, ib: number): tf.Tensor {
  const n = a.shape[0] ?? 1;
  const rest = (t: tf.Tensor, axis: number): number[] =>
    [...t.shape.keys()].filter((i) => i !== 0 && i !== axis);
  const ra = rest(a, ia);
  const rb = rest(b, ib);
  const sizesOf = (t: tf.Tensor, over: number[]): number[] => over.map((i) => t.shape[i] ?? 1);
  const size = (list: number[]): number => list.reduce((p, q) => p * q, 1);
  const d = a.shape[ia] ?? 1;
  const left = tf.reshape(tf.transpose(a, [0, ...ra, ia]), [n, size(sizesOf(a, ra)), d]);
  const right = tf.reshape(tf.transpose(b, [0, ib, ...rb]), [n, d, size(sizesOf(b, rb))]);
  const out = tf.matMul(left, right);
  const shape = [n, ...sizesOf(a, ra), ...sizesOf(b, rb)];
  return tf.reshape(out, shape.length === 1 ? [n, 1] : shape);
}
