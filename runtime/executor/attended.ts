import { tf } from "../backend/tf.js";
import type { AttendedInput } from "../types.js";

/** A module in front of a layer: `anchor` is differentiated by, so that what lies behind the module comes back to it in any case. */
export interface AttendedTensor {
  readonly anchor: tf.Tensor;
  apply(x: tf.Tensor): tf.Tensor;
}

/**
 * `x` [n, …, c] times what a module makes of the means of its columns, [n, c] (`core/gates/types.ts`). The module is worked out in
 * memory: means go down, multipliers up, and on the way back their gradients do the same.
 */
export function attendedTensor(module: AttendedInput, read: (t: tf.Tensor) => Float32Array): AttendedTensor {
  const anchor = tf.scalar(0);
  const value = (x: tf.Tensor, save: tf.GradSaveFunc) => {
    const [rows = 1] = x.shape;
    const width = x.shape[x.rank - 1] ?? 1;
    const middle = Array.from({ length: x.rank - 2 }, (_, axis) => axis + 1);
    const spread = [rows, ...middle.map(() => 1), width];
    const flat = (t: tf.Tensor): Float32Array => read(tf.reshape(t, [rows, width])).slice();
    const { z, back } = module(flat(middle.length === 0 ? x : tf.mean(x, middle)), rows);
    const times = tf.tensor(z, spread);
    save([x, times]);
    return {
      value: tf.mul(x, times),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
        const [input = x, multipliers = times] = saved;
        const product = tf.mul(dy, input);
        const ofMeans = back(flat(middle.length === 0 ? product : tf.sum(product, middle)));
        const through = tf.div(tf.tensor(ofMeans, spread), x.size / (rows * width));
        return [tf.add(tf.mul(dy, multipliers), through), tf.zerosLike(anchor)];
      },
    };
  };
  const op = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, , save] = args;
    if (!(x instanceof tf.Tensor) || typeof save !== "function")
      throw new Error("customGrad called without a tensor");
    return value(x, save);
  });
  return { anchor, apply: (x) => op(x, anchor) };
}
