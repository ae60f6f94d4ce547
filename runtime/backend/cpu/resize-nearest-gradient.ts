import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { shape4 } from "../shape.js";
import { tf } from "../tf.js";

const KERNEL = "ResizeNearestNeighborGrad";
let mended = false;

/**
 * The package's gradient of nearest-neighbour resizing reads dy with the image's stride from the second image on.
 * It is right for one image, so it runs once for each.
 */
export function mendResizeNearestGradient(cpu: MathBackendCPU): void {
  const stock = tf.getKernel(KERNEL, "cpu")?.kernelFunc;
  if (mended || stock === undefined) return;
  mended = true;
  tf.unregisterKernel(KERNEL, "cpu");
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: "cpu",
    kernelFunc({ inputs, backend, attrs }) {
      const { images, dy } = inputs;
      if (images === undefined || dy === undefined) throw new Error(`${KERNEL} needs images and dy`);
      const [count, ...imageShape] = shape4(images);
      const out = new Float32Array(tf.util.sizeFromShape(images.shape));
      for (let n = 0; n < count; n++) {
        const image = pick(cpu, images, n);
        const gradient = pick(cpu, dy, n);
        const result = stock({ inputs: { images: image, dy: gradient }, backend, attrs: { ...attrs } });
        const one = Array.isArray(result) ? result[0] : result;
        if (one === undefined) throw new Error(`${KERNEL} returned nothing`);
        out.set(valuesOf(cpu, one), n * tf.util.sizeFromShape(imageShape));
        for (const t of [image, gradient, one]) cpu.disposeIntermediateTensorInfo(t);
      }
      return cpu.makeTensorInfo(images.shape, "float32", out);
    },
  });
}

function pick(cpu: MathBackendCPU, t: tf.TensorInfo, index: number): tf.TensorInfo {
  const [, ...shape] = shape4(t);
  const size = tf.util.sizeFromShape(shape);
  const values = valuesOf(cpu, t).slice(index * size, (index + 1) * size);
  return cpu.makeTensorInfo([1, ...shape], "float32", values);
}

function valuesOf(cpu: MathBackendCPU, t: tf.TensorInfo): Float32Array {
  const { values } = cpu.data.get(t.dataId);
  if (!(values instanceof Float32Array)) throw new Error(`expected floats, found ${t.dtype}`);
  return values;
}
