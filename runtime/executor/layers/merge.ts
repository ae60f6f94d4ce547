import { tf } from "../../backend/tf.js";
import { axes, flag } from "../../../core/network/config.js";
import { field, isJsonArray } from "../../../core/network/json.js";
import { number, type Builder, type CallContext } from "../pass.js";

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
export const subtract = merging((inputs) => fold(inputs, (a, b) => tf.sub(a, b)));
export const average = merging((inputs) =>
  tf.mul(
    1 / inputs.length,
    fold(inputs, (a, b) => tf.add(a, b)),
  ),
);

/** The first input and a share of the second. */
export const customScale: Builder = ({ config }) => {
  const scale = number(config, "scale", 1);
  return { run: ({ inputs }) => [fold(inputs, (a, b) => tf.add(a, tf.mul(b, scale)))], mask: mergedMask };
};

export const concatenate: Builder = (build) => {
  const { config } = build;
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
  const { config } = build;
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

/**
 * As tfjs-layers does it: two matrices give the row-wise product sum; else one matrix product per example, where
 * a missing axis of the smaller input counts as a trailing 1.
 */
function batchDot(a: tf.Tensor, b: tf.Tensor, ia: number, ib: number): tf.Tensor {
  if (a.rank === 2 && b.rank === 2) return tf.sum(tf.mul(a, b), -1, true);
  const matrix = (t: tf.Tensor): tf.Tensor => (t.rank === 2 ? tf.expandDims(t, 2) : t);
  const [x, y] = [matrix(a), matrix(b)];
  const out = tf.matMul(x, y, ia !== x.rank - 1, ib === y.rank - 1);
  if (a.rank === b.rank) return out;
  return tf.squeeze(out, [a.rank > b.rank ? 2 : 1]);
}
