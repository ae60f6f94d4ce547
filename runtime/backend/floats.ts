import type { tf } from "./tf.js";

/** The values of a float tensor. Throws for other types: a bug of the caller. */
export function floatsOf(t: tf.Tensor): Float32Array {
  const values: unknown = t.dataSync();
  if (!(values instanceof Float32Array)) throw new Error(`expected floats, found ${t.dtype}`);
  return values;
}
