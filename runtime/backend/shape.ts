import type { tf } from "./tf.js";

/** The shape of a tensor known to have rank 4. A throw here is a bug of the caller. */
export function shape4(t: { readonly shape: readonly number[] }): [number, number, number, number] {
  const [a, b, c, d] = t.shape;
  if (t.shape.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new Error(`expected a shape of rank 4, found [${t.shape.join(", ")}]`);
  }
  return [a, b, c, d];
}

/** The shape of a tensor known to have rank 5. */
export function shape5(t: { readonly shape: readonly number[] }): [number, number, number, number, number] {
  const [a, ...rest] = t.shape;
  if (a === undefined || rest.length !== 4) throw new Error(`expected rank 5, found [${t.shape.join(", ")}]`);
  return [a, ...shape4({ shape: rest })];
}

/** Length of the last axis; 1 for a scalar. */
export function channelsOf(t: tf.TensorInfo | tf.Tensor): number {
  return t.shape.at(-1) ?? 1;
}
