import { kernel, type Device, type Inputs } from "../device.js";
import { shape4 } from "../shape.js";
import type { tf } from "../tf.js";

/**
 * The package's gradient of nearest-neighbour resizing reads dy with the image's stride from the second image on.
 * It is right for one image, so it runs once for each.
 */
export const resizeNearestGradient = kernel<Inputs<"images" | "dy">>(({ images, dy }, attrs, device) => {
  const [count] = shape4(images);
  const out = device.output(images.shape);
  for (let n = 0; n < count; n++) {
    const image = pick(device, images, n);
    const upstream = pick(device, dy, n);
    const gradient = device.stock("ResizeNearestNeighborGrad", { images: image, dy: upstream }, attrs);
    const values = device.floats(gradient);
    device.floats(out).set(values, n * values.length);
    device.free(image, upstream, gradient);
  }
  return out;
});

function pick(device: Device, t: tf.TensorInfo, index: number): tf.TensorInfo {
  const one = device.output([1, ...t.shape.slice(1)]);
  const values = device.floats(one);
  values.set(device.floats(t).subarray(index * values.length, (index + 1) * values.length));
  return one;
}
