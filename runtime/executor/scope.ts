import { tf } from "../backend/tf.js";

/** `tf.tidy` for results that hold no tensors. */
export function scoped<T>(body: () => T): T {
  const engine = tf.engine();
  engine.startScope("espalier");
  try {
    return body();
  } finally {
    engine.endScope();
  }
}
