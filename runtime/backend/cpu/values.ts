import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { tf } from "../tf.js";

/** The values of a float tensor on this backend, by reference. */
export function valuesOf(cpu: MathBackendCPU, t: tf.TensorInfo): Float32Array {
  const { values } = cpu.data.get(t.dataId);
  if (!(values instanceof Float32Array)) throw new Error(`expected floats, found ${t.dtype}`);
  return values;
}
