import { layers, tf } from "./backend/tf.js";

/**
 * What functions of a user's are given, of the copies that run here: `tf` as the package `@tensorflow/tfjs` has it (`tf.sequential`,
 * `tf.model`, `tf.input`, `tf.layers.dense`, `tf.train`, operations), `layers` being `tf.layers` and the rest of tfjs-layers.
 */
export const toolkit: {
  readonly tf: Omit<typeof tf, "default"> & Omit<typeof layers, "default">;
  readonly layers: Omit<typeof layers, "default"> & (typeof layers)["layers"];
} = { tf: { ...tf, ...layers }, layers: { ...layers, ...layers.layers } };
