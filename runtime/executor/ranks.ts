import type { tf } from "../backend/tf.js";

/** Narrows a tensor to the rank an op asks for. The topology was checked, so a mismatch is a bug of ours. */
function ranked<T extends tf.Tensor>(t: tf.Tensor, rank: number): T {
  if (t.rank === rank) return t as T;
  throw new Error(`a tensor of shape [${t.shape.join(", ")}] stands where rank ${rank} is needed`);
}

export const rank1 = (t: tf.Tensor): tf.Tensor1D => ranked(t, 1);
export const rank2 = (t: tf.Tensor): tf.Tensor2D => ranked(t, 2);
export const rank3 = (t: tf.Tensor): tf.Tensor3D => ranked(t, 3);
export const rank4 = (t: tf.Tensor): tf.Tensor4D => ranked(t, 4);
export const rank5 = (t: tf.Tensor): tf.Tensor5D => ranked(t, 5);
