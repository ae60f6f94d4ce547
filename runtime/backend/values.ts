import { tf } from "./tf.js";

/** The values of a float tensor. Throws for other types: a bug of the caller. */
export function floatsOf(t: tf.Tensor): Float32Array {
  const values: unknown = t.dataSync();
  if (!(values instanceof Float32Array)) throw new Error(`expected floats, found ${t.dtype}`);
  return values;
}

/** Gives a variable new memory with a copy of `data`: engines may read an array later than they take it. */
export function assignCopy(variable: tf.Variable, data: Float32Array): void {
  const value = tf.tensor(data.slice(), variable.shape);
  variable.assign(value);
  value.dispose();
}
