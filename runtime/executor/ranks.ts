import type { tf } from "../backend/tf.js";

/** Narrow a tensor to the rank an op asks for. The topology was checked, so a mismatch is a bug of ours. */

function is1(t: tf.Tensor): t is tf.Tensor1D {
  return t.rank === 1;
}
function is2(t: tf.Tensor): t is tf.Tensor2D {
  return t.rank === 2;
}
function is3(t: tf.Tensor): t is tf.Tensor3D {
  return t.rank === 3;
}
function is4(t: tf.Tensor): t is tf.Tensor4D {
  return t.rank === 4;
}
function is5(t: tf.Tensor): t is tf.Tensor5D {
  return t.rank === 5;
}

function wrong(t: tf.Tensor, rank: number): never {
  throw new Error(`a tensor of shape [${t.shape.join(", ")}] stands where rank ${rank} is needed`);
}

export const rank1 = (t: tf.Tensor): tf.Tensor1D => (is1(t) ? t : wrong(t, 1));
export const rank2 = (t: tf.Tensor): tf.Tensor2D => (is2(t) ? t : wrong(t, 2));
export const rank3 = (t: tf.Tensor): tf.Tensor3D => (is3(t) ? t : wrong(t, 3));
export const rank4 = (t: tf.Tensor): tf.Tensor4D => (is4(t) ? t : wrong(t, 4));
export const rank5 = (t: tf.Tensor): tf.Tensor5D => (is5(t) ? t : wrong(t, 5));
