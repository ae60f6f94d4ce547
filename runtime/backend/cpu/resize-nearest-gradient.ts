import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import type { MendedKernel } from "./pack.js";
import { valuesOf } from "./values.js";

/**
 * The package's gradient of nearest-neighbour resizing reads dy with the image's stride from the second image on.
 * It is right for one image, so it runs once for each.
 */
export const resizeNearestGradient: MendedKernel = (cpu, stock, input) => {
  const images = input("images");
  const [count, ...imageShape] = shape4(images);
  const size = tf.util.sizeFromShape(imageShape);
  const out = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const image = pick(cpu, images, n);
    const gradient = pick(cpu, input("dy"), n);
    const one = stock({ images: image, dy: gradient });
    out.set(valuesOf(cpu, one), n * size);
    for (const t of [image, gradient, one]) cpu.disposeIntermediateTensorInfo(t);
  }
  return cpu.makeTensorInfo(images.shape, "float32", out);
};

function pick(cpu: MathBackendCPU, t: tf.TensorInfo, index: number): tf.TensorInfo {
  const [, ...shape] = shape4(t);
  const size = tf.util.sizeFromShape(shape);
  const values = valuesOf(cpu, t).slice(index * size, (index + 1) * size);
  return cpu.makeTensorInfo([1, ...shape], "float32", values);
}
